"""`token create`, `token list`, `token revoke`: the secret alone on standard output, and never again."""

from __future__ import annotations

import json

from scheduler.access.bearer_tokens import has_shape_of_bearer_token
from tests.cli.conftest import Run


def test_a_token_is_created_listed_and_revoked(run_in_clinic: Run) -> None:
    made = run_in_clinic("token create front-office --role front_desk")
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert has_shape_of_bearer_token(secret)
    listed = run_in_clinic("token list")
    assert "front-office" in listed.stdout
    assert "never used" in listed.stdout
    assert secret not in listed.stdout
    assert "front-office is revoked." in run_in_clinic("token revoke front-office").stdout
    (one,) = json.loads(run_in_clinic("token list --json").stdout)
    assert (one["name"], one["role"], one["site"]) == ("front-office", "front_desk", None)
    assert one["revoked_at"]
    assert "revoked" in run_in_clinic("token list").stdout


def test_a_therapists_token_without_a_therapist_is_told_to_reach_nobody(run_in_clinic: Run) -> None:
    made = run_in_clinic("token create rounds --role therapist")
    assert "reaches none" in made.stderr
    assert has_shape_of_bearer_token(made.stdout.strip())
    made = run_in_clinic("token create their-rounds --role therapist --staff therapist-1")
    assert made.stderr == ""


def test_what_is_wrong_is_said_in_words(run_in_clinic: Run) -> None:
    run_in_clinic("token create front-office --role front_desk")
    again = run_in_clinic("token create front-office --role nurse")
    assert again.exit_code == 2
    assert "already" in again.stderr
    assert again.stdout == ""
    assert run_in_clinic("token create x-ray --role system").exit_code == 2
    assert "no token 'nobody'" in run_in_clinic("token revoke nobody").stderr
