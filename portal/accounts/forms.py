from __future__ import annotations

from wtforms import EmailField, PasswordField

from portal.web.forms import Form, at_most, needed


class LoginForm(Form):
    email = EmailField("E-mail", [needed("seu e-mail"), at_most(254)])
    password = PasswordField("Senha", [needed("sua senha"), at_most(128)])
