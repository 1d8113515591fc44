"""Reads what a clinic writes down about itself: the clinic file and protocol documents, with every fault named."""

from scheduler.clinic_file.bundled import bundled_keys, bundled_protocol
from scheduler.clinic_file.clinic_document import Clinic, ExistingAppointment, read_clinic
from scheduler.clinic_file.protocol_document import read_protocol
from scheduler.clinic_file.schema import json_schema
from scheduler.clinic_file.text import load_text

__all__ = [
    "Clinic",
    "ExistingAppointment",
    "bundled_keys",
    "bundled_protocol",
    "json_schema",
    "load_text",
    "read_clinic",
    "read_protocol",
]
