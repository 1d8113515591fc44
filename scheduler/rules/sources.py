"""Where each rule comes from, and how far that can be trusted: a register, one entry a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    """How far a source carries."""

    REGULATION = "law, regulator or label"
    PUBLISHED = "paper or professional society"
    PRACTICE = "what clinics say they do"
    GUIDE = "editorial guide without visible review"
    DEFAULT = "clinic default, to be confirmed by the medical director"
    MEANING = "follows from what is booked; no outside source"


@dataclass(frozen=True, slots=True)
class Source:
    """One source: what was read, which part of it, where and when; and what the rule takes from it.

    `address` and `read_on` are empty for what was not read but decided here. Pages were mostly read as excerpts.
    """

    key: str
    standing: Standing
    title: str
    section: str
    takes: str
    address: str = ""
    read_on: date | None = None


_READ = date(2026, 11, 22)
_OREGON = (
    "https://d1tvxue8o4w0fl.cloudfront.net/regulation/oregon-administrative-code/chapter-333-oregon-health-authority-"
    "public-health-division/division-333-psilocybin/"
)


_ALL = (
    Source(
        "support-model",
        Standing.PUBLISHED,
        "Compass psychological support model, American Journal of Psychiatry",
        "abstract",
        "Preparation, dosing and integration follow one another, with a lead therapist.",
        "https://psychiatryonline.org/doi/10.1176/appi.ajp.20230884",
        _READ,
    ),
    Source(
        "oregon-groups",
        Standing.REGULATION,
        "OAR 333-333-5230, group administration sessions (effective 2025-01-01)",
        "ratios",
        "The highest dose of the group decides how many clients one facilitator may have. Written for psilocybin; taken as "
        "a model. The ratios themselves are clinic defaults, to be confirmed by the medical director.",
        "https://casetext.com/regulation/oregon-administrative-code/chapter-333-oregon-health-authority-public-health-"
        "division/division-333-psilocybin/section-333-333-5230-effective-112025-group-administration-sessions",
        _READ,
    ),
    Source(
        "oregon-preparation",
        Standing.REGULATION,
        "OAR 333-333-5000, preparation sessions (effective 2025-01-01)",
        "time limits",
        "At least 24 hours and at most 90 days before the first session. Written for psilocybin; taken as a model. The "
        "shorter maximum is a clinic default, to be confirmed by the medical director.",
        _OREGON + "section-333-333-5000-effective-112025-preparation-session-requirements",
        _READ,
    ),
    Source(
        "three-a-week",
        Standing.PRACTICE,
        "What is ketamine infusion treatment? (an IV clinic)",
        "series",
        "Three infusions a week for two weeks, on Monday, Wednesday and Friday. That this means 48 hours is a clinic "
        "default, to be confirmed by the medical director.",
        "https://www.ketamine-infusion.com/faq-items/what-is-ketamine-infusion-treatment/",
        _READ,
    ),
    Source(
        "effect-fades",
        Standing.PRACTICE,
        "When to get a ketamine booster (an IV clinic)",
        "how long one dose lasts",
        "One dose lasts from a few days to about a week. The maximum gap itself is a clinic default, to be confirmed by "
        "the medical director.",
        "https://resetketamine.com/blog/when-to-get-a-ketamine-booster",
        _READ,
    ),
    Source(
        "six-in-three-weeks",
        Standing.PRACTICE,
        "Ketamine infusion (an IV clinic)",
        "series",
        "Six infusions within three weeks.",
        "https://www.midwestheartsandminds.com/ketamine-infusion-1",
        _READ,
    ),
    Source(
        "loading-count",
        Standing.PRACTICE,
        "Ketamine maintenance: how often and how long (a psychiatric practice)",
        "loading",
        "Six to ten infusions at the start; more was not found.",
        "https://www.principiumpsychiatry.com/ketamine-maintenance-how-often-and-how-long/",
        _READ,
    ),
    Source(
        "integration-window",
        Standing.PRACTICE,
        "Integration therapy by video after ketamine (a software vendor)",
        "24 to 72 hour window",
        "Integration takes place 24 to 72 hours after the dose.",
        "https://curogram.com/blog/emr-integration/osmind/post-ketamine-integration-therapy-video-visit-osmind-text-link",
        _READ,
    ),
    Source(
        "integration-between",
        Standing.PRACTICE,
        "KAP session frequency (a network of therapists)",
        "frequency",
        "Integration between every two doses.",
        "https://journeyclinical-therapist.zendesk.com/hc/en-us/articles/20797254606100-KAP-Session-Frequency",
        _READ,
    ),
    Source(
        "integration-offered",
        Standing.REGULATION,
        "ORS 475A.360, integration session",
        "whole section",
        "Integration must be offered and may be declined. Written for psilocybin; taken as a model.",
        "https://courtgpt.ai/laws/oregon/volume-14/chapter-475a/section-475a-360",
        _READ,
    ),
    Source(
        "contact-after-dose",
        Standing.GUIDE,
        "Patient safety protocols (Ketamine Association)",
        "patient-safety-protocols-comprehensive.md, after the visit",
        "A call or message 24 to 48 hours after the dose; consolidation and review follow clinic defaults, to be "
        "confirmed by the medical director.",
        "https://github.com/Julianb233/ketamine-association",
        _READ,
    ),
    Source(
        "therapist-standards",
        Standing.PUBLISHED,
        "Standards of Practice of the society of ketamine practitioners, as a clinic reproduces them",
        "roles",
        "A credentialed therapist stays in the room; the roles of therapist and of medical monitor are distinct.",
        "https://jewelketamine.com/our-standards",
        _READ,
    ),
    Source(
        "one-to-one-set-up",
        Standing.PUBLISHED,
        "Hesaraki 2020, nurse assignment in chemotherapy scheduling",
        "abstract",
        "Set-up is one to one, watching is shared. The minutes are clinic defaults, to be confirmed by the medical "
        "director.",
        "https://www.mendeley.com/catalogue/f76b2236-d1b4-3c56-b015-a49ffe1ae1a1/",
        _READ,
    ),
    Source(
        "continuous-monitoring",
        Standing.PRACTICE,
        "Use of ketamine (a psychiatric practice)",
        "monitoring",
        "Breathing, circulation and mental state are assessed throughout. No ratio for ketamine is published: it is a "
        "clinic default, to be confirmed by the medical director.",
        "https://www.lopezpsychiatry.com/use-of-ketamine/",
        _READ,
    ),
    Source(
        "prescriber-on-site",
        Standing.REGULATION,
        "FDA, Spravato REMS details",
        "requirements for healthcare settings",
        "A prescriber is on site during administration and monitoring. The rule is for esketamine; for ketamine the clinic "
        "takes it over, to be confirmed by the medical director.",
        "https://www.accessdata.fda.gov/scripts/cder/rems/index.cfm?event=IndvRemsDetails.page&REMS=386",
        _READ,
    ),
    Source(
        "nobody-works-alone",
        Standing.REGULATION,
        "OAR 333-333-5200, administration sessions (until 2025-01-01)",
        "persons on the premises",
        "A second person of the centre is on the premises; clinics ask for BLS and ACLS. Written for psilocybin; taken as "
        "a model.",
        _OREGON + "section-333-333-5200-effective-until-112025-administration-session-requirements",
        _READ,
    ),
    Source(
        "credential-proof",
        Standing.REGULATION,
        "4 CCR 755-1 section 2, Colorado licensure",
        "proof of BLS",
        "Proof of a valid credential. That it counts on the day of the visit is a clinic default, to be confirmed by the "
        "medical director.",
        "https://d1tvxue8o4w0fl.cloudfront.net/regulation/colorado-administrative-code/department-700-department-of-"
        "regulatory-agencies/division-755-professions-and-occupations-office-of-natural-medicine-licensure/rule-4-ccr-755-"
        "1-natural-medicine-licensure-rules-and-regulations/section-4-ccr-755-1-2-licensure",
        _READ,
    ),
    Source(
        "room-turnover",
        Standing.GUIDE,
        "Building a ketamine practice (Ketamine Association)",
        "building-ketamine-practice-guide.md, rooms",
        "A dosing room needs 15 to 30 minutes of turnover.",
        "https://github.com/Julianb233/ketamine-association",
        _READ,
    ),
    Source(
        "no-driving",
        Standing.PRACTICE,
        "Pre and post treatment instructions (an IV clinic)",
        "after treatment",
        "No driving for 24 hours; arrival 15 minutes before the visit.",
        "https://ketwell.com/pre-and-post-treatment-instructions/",
        _READ,
    ),
    Source(
        "no-decisions",
        Standing.PRACTICE,
        "Ketamine discharge instructions (an IV clinic)",
        "after treatment",
        "No legal or other weighty decisions for 24 hours after treatment; other clinics say the same.",
        "https://www.nervanamedical.com/s/ketaminedischarge",
        _READ,
    ),
    Source(
        "long-break",
        Standing.PRACTICE,
        "A client's guide to returning to programming (a lozenge network)",
        "returning after a break",
        "After more than 12 weeks a clinician sees the patient before treatment goes on. That a preparation belongs to it "
        "is a clinic default, to be confirmed by the medical director; compare Oregon's 90 days before a first session.",
        "https://www.mindbloom.com/blog/a-clients-guide-to-returning-to-your-mindbloom-programming",
        _READ,
    ),
    Source(
        "new-staff",
        Standing.REGULATION,
        "OAR 333-333-5000, preparation sessions (effective 2025-01-01)",
        "meeting the facilitator",
        "The patient has met and approved who guides them; a substitute first reads the file. Written for psilocybin; "
        "taken as a model.",
        _OREGON + "section-333-333-5000-effective-112025-preparation-session-requirements",
        _READ,
    ),
    Source(
        "patient-selection",
        Standing.PUBLISHED,
        "Sanacora and others 2017, consensus statement on ketamine in mood disorders, JAMA Psychiatry",
        "abstract",
        "Patient selection and assessment before ketamine is given. How long a decision holds is a clinic default, to be "
        "confirmed by the medical director.",
        "https://moreblossom.com/papers/a-consensus-statement-on-the-use-of-ketamine-in-the-treatment-of-mood-disorders",
        _READ,
    ),
    Source(
        "consent-renewal",
        Standing.GUIDE,
        "Patient safety protocols (Ketamine Association)",
        "patient-safety-protocols-comprehensive.md, consent",
        "Consent is renewed yearly or when the plan changes.",
        "https://github.com/Julianb233/ketamine-association",
        _READ,
    ),
    Source(
        "order-and-review",
        Standing.PRACTICE,
        "KAP session frequency (a network of therapists)",
        "prescriptions",
        "A prescription covers a few doses; a medical follow-up comes before more are released. After how many is a clinic "
        "default, to be confirmed by the medical director.",
        "https://journeyclinical-therapist.zendesk.com/hc/en-us/articles/20797254606100-KAP-Session-Frequency",
        _READ,
    ),
    Source(
        "payment-first",
        Standing.PRACTICE,
        "Provider resources (an infusion clinic)",
        "scheduling",
        "No dosing visit before payment is settled.",
        "https://www.nebraskapeaceofmind.com/provider-resources",
        _READ,
    ),
    Source(
        "escort-home",
        Standing.PRACTICE,
        "Precautions (an infusion clinic)",
        "going home",
        "A responsible adult takes the patient home.",
        "https://nulifemedutah.com/precautions/",
        _READ,
    ),
    Source(
        "rems-enrolment",
        Standing.REGULATION,
        "Spravato REMS, outpatient settings",
        "enrolment",
        "A patient is enrolled before the first dose.",
        "https://www.spravatorems.com/outpatient-hcs.html",
        _READ,
    ),
    Source(
        "clinic-default",
        Standing.DEFAULT,
        "Clinic default",
        "protocol and settings",
        "The clinic's own policy; every number is confirmed by its medical director before use.",
    ),
    Source(
        "what-is-booked",
        Standing.MEANING,
        "What a booking means",
        "the ledger of claims",
        "A person, a room or a patient can be in one place at a time, and what is booked is held.",
    ),
)

SOURCES: Mapping[str, Source] = {source.key: source for source in _ALL}
"""The register by key."""
