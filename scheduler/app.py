"""Puts the application together: settings, clock, store, pages and error pages; nothing else."""

from __future__ import annotations

import os

from flask import Flask, Response, jsonify

from scheduler.api.routes import blueprint as api_blueprint
from scheduler.api.routes import register_api
from scheduler.config import PROJECT_FOLDER, Settings, settings_from
from scheduler.domain.clock import Clock, SystemClock, use_packaged_time_zones
from scheduler.domain.errors import StoreNotReady
from scheduler.store.database import init_store
from scheduler.store.readiness import check_ready
from scheduler.web import feed_routes
from scheduler.web.feed_front import FeedFront
from scheduler.web.pages import register_pages


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """Build the application.

    `settings` are read from the environment and `clock` is the machine's when they are `None`.
    """
    app = create_app_without_pages(settings, clock)
    _register_pages(app)
    return app


def create_app_without_pages(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """Build what use cases need, for those to whom no requests come: settings, clock and store, as `create_app` has them."""
    use_packaged_time_zones()
    settings = settings or settings_from(os.environ)
    app = Flask(
        __name__,
        template_folder=str(PROJECT_FOLDER / "templates"),
        static_folder=str(PROJECT_FOLDER / "static"),
    )
    app.extensions["trellis_settings"] = settings
    app.extensions["trellis_clock"] = clock or SystemClock()
    _configure(app, settings)
    init_store(app, settings)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        PERMANENT_SESSION_LIFETIME=settings.session_lifetime,
        SESSION_COOKIE_NAME="session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # A browser sends a secure cookie over https alone, so under http nobody could sign in.
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
    )


def _register_pages(app: Flask) -> None:
    """Register every blueprint: this is the place for a new one."""
    app.add_url_rule("/healthz", "healthz", _say_alive)
    app.add_url_rule("/readyz", "readyz", _say_ready)
    app.register_blueprint(feed_routes.pages)
    register_pages(app)
    register_api(app)
    # No cookie signs a request of the API, so no other site can forge one.
    app.extensions["csrf"].exempt(api_blueprint())
    # A method, which the library lets one replace so.
    app.wsgi_app = FeedFront(app, app.wsgi_app)  # type: ignore[method-assign]


def _say_alive() -> Response:
    return jsonify(status="alive")


def _say_ready() -> tuple[Response, int]:
    """Answer 200 when requests can be served, else 503 and what to do."""
    try:
        check_ready()
    except StoreNotReady as problem:
        return jsonify(status="not ready", problem=str(problem)), 503
    return jsonify(status="ready"), 200
