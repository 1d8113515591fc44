"""The frame around every page: who is signed in, said once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scheduler.store import accounts
from scheduler.store.work import unit_of_work
from tests.web.small_clinic import visitor

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.parametrize(
    ("username", "said"),
    [("front-desk", "front desk"), ("front.desk", "front desk"), ("maria", "maria, front desk")],
)
def test_the_top_of_the_page_says_once_who_is_signed_in(clinic_app: Flask, username: str, said: str) -> None:
    with clinic_app.app_context(), unit_of_work():
        account = accounts.account("desk")
        assert account is not None
        accounts.save_account(replace(account, username=username))
    top = visitor(clinic_app, username).text("/rules").split('class="who"')[1].split("<form")[0]
    assert re.sub(r"<[^>]*>", "", top.partition(">")[2]).strip() == said
