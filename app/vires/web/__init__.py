"""The site: a Flask application that asks the record and shows what it documents.

Gets plain dataclasses; holds no store, writes nothing and sets no cookie.
"""

from vires.web.app import application, create_app

__all__ = ["application", "create_app"]
