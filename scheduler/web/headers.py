"""What every answer tells the browser: load nothing from elsewhere, tell nobody, keep nothing."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

A_YEAR = 365 * 24 * 60 * 60

HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    # Addresses of feeds are secrets, and the address of a page may name a patient's id.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}


def headers_of_all(app: Flask) -> dict[str, str]:
    """Return what every answer of an application carries, feeds and pages alike."""
    secure = app.config["SESSION_COOKIE_SECURE"]
    return HEADERS | ({"Strict-Transport-Security": f"max-age={A_YEAR}"} if secure else {})


def add_headers(response: Response) -> Response:
    """Add the headers that a page did not set itself. Runs after every request."""
    for name, value in headers_of_all(current_app).items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static":
        _keep_static(response)
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def _keep_static(response: Response) -> None:
    # The address holds a fingerprint of the file, so a changed file has a new address.
    if "v" in request.args and response.status_code in {200, 304}:
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
