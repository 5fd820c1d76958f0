from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("portfolio", __name__, url_prefix="/devedores")
