"""What every rule finds, for a reader who has chosen Spanish."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.manners import Manner
from scheduler.domain.telling import Told
from scheduler.rules.catalogue import CATALOGUE, Rule
from scheduler.rules.wording import sentence
from scheduler.web.retelling import as_read
from scheduler.web.speech import speak
from tests.rules.test_examples import EXAMPLES

if TYPE_CHECKING:
    from flask import Flask

ENGLISH = re.compile(r"\b(the|of|and|or|is|are|at|for|from|after|before|than|with|has|needs|least|most)\b")
"""Words of which an English sentence has one; names of people and rooms have none of them."""


@pytest.mark.parametrize("rule", CATALOGUE, ids=[rule.id for rule in CATALOGUE])
def test_nothing_that_a_rule_says_stays_english(clinic_app: Flask, rule: Rule) -> None:
    example = EXAMPLES[rule.id]
    questions = [example.breaks(), *([example.beyond()] if example.beyond else [])]
    findings = [finding for question in questions for finding in rule.check(question)]
    with clinic_app.test_request_context():
        speak(Manner.SPANISH)
        for finding in findings:
            for text in (finding.why, finding.mend):
                assert isinstance(text, Told), text
                read = as_read(sentence(text))
                assert 'lang="en"' not in read
                assert not ENGLISH.search(read), (text, read)
