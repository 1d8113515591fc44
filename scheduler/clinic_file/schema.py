"""The JSON Schema of the clinic file, for editors and for whoever writes one by program."""

from __future__ import annotations

from typing import Any

from scheduler.clinic_file.clinic_models import ClinicDocument


def json_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12). What one entry says about another is beyond it: `read_clinic` checks that."""
    schema = ClinicDocument.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Clinic file"}
