"""Which credentials each kind of connection has: the form, its page and the history read them from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from portal.connection.models import Connection, ConnectionKind

LAST4_FROM = 12


@dataclass
class Installation:
    """What this installation brings along; set by `create_app`. `evolution_server`: it has an Evolution API server of its
    own, which a company uses unless it names another."""

    evolution_server: bool = False


installation = Installation()


@dataclass(frozen=True)
class CredentialField:
    """One credential: `name` is its column, `thing` completes "Informe …", `pattern` what it may look like and
    `refusal` what is said when it does not. A `secret` is stored encrypted and never shown again."""

    name: str
    label: str
    thing: str
    hint: str = ""
    secret: bool = False
    required: bool = True
    pattern: str = ""
    refusal: str = ""
    length: int = 40
    inputmode: str = "text"


PHONE = CredentialField(
    "display_phone",
    "Número",
    "o número do WhatsApp da empresa",
    "Com DDD, para as pessoas da sua empresa reconhecerem a linha.",
    inputmode="tel",
)
_PRINTABLE = r"[\x21-\x7e]*\Z"
_NO_SPACES = "Cole o valor sem espaços nem quebras de linha."
_META_ID = r"[0-9]{5,32}\Z"


def _meta_id(name: str, label: str, thing: str, hint: str) -> CredentialField:
    refusal = f"O {label} da Meta tem só números. Copie-o do painel da Meta."
    return CredentialField(name, label, thing, hint, pattern=_META_ID, refusal=refusal, inputmode="numeric")


def _secret(
    name: str, label: str, thing: str, hint: str, *, required: bool = True, length: int = 200
) -> CredentialField:
    return CredentialField(
        name, label, thing, hint, secret=True, required=required, pattern=_PRINTABLE, refusal=_NO_SPACES, length=length
    )


def _instance(label: str, thing: str, hint: str) -> CredentialField:
    refusal = "Use só letras sem acento, números, hífen e sublinhado, como aparece no painel do provedor."
    return CredentialField("phone_number_id", label, thing, hint, pattern=r"[A-Za-z0-9_-]+\Z", refusal=refusal)


FIELDS: Mapping[ConnectionKind, tuple[CredentialField, ...]] = {
    ConnectionKind.SIMULATOR: (),
    ConnectionKind.CLOUD_API: (
        PHONE,
        _meta_id(
            "phone_number_id", "ID do número de telefone", "o ID do número de telefone", "Só números. Não é o telefone."
        ),
        _meta_id("waba_id", "ID da conta do WhatsApp (WABA)", "o ID da conta do WhatsApp (WABA)", "Só números."),
        _secret(
            "access_token",
            "Token de acesso",
            "o token de acesso",
            "Use um token permanente, de um usuário do sistema.",
            length=1000,
        ),
        _secret(
            "app_secret",
            "Chave secreta do app",
            "a chave secreta do app",
            "Com ela conferimos que cada aviso recebido vem mesmo da Meta.",
        ),
    ),
    ConnectionKind.PLUGMESSAGE: (
        PHONE,
        _instance("ID da instância", "o ID da instância", "Está no painel do PlugMessage, na sua instância."),
        _secret("access_token", "Token da instância", "o token da instância", "Fica ao lado do ID da instância."),
        _secret(
            "app_secret",
            "Client-Token da conta",
            "o Client-Token da conta",
            "Opcional: preencha se a sua conta no PlugMessage exige o token de segurança.",
            required=False,
        ),
    ),
    ConnectionKind.EVOLUTION: (
        PHONE,
        CredentialField(
            "base_url",
            "Endereço do servidor",
            "o endereço do servidor da Evolution API",
            "Como https://evolution.suaempresa.com.br",
            pattern=r"(https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?)?\Z",
            refusal="O endereço começa com https:// e não tem espaços.",
            length=200,
            inputmode="url",
        ),
        _instance("Nome da instância", "o nome da instância", "Como foi criada na Evolution API."),
        _secret("access_token", "Chave da API (apikey)", "a chave da API", "A da instância, ou a global do servidor."),
    ),
}


_OWN_SERVER = "Opcional: em branco, vale o servidor padrão do portal. Outro precisa de um endereço https da internet."


def fields_of(kind: ConnectionKind) -> tuple[CredentialField, ...]:
    """The credentials of a kind in this installation: the address of a server that it brings along may be left out."""
    if kind is not ConnectionKind.EVOLUTION or not installation.evolution_server:
        return FIELDS[kind]
    return tuple(
        replace(each, label="Endereço de outro servidor", hint=_OWN_SERVER, required=False)
        if each.name == "base_url"
        else each
        for each in FIELDS[kind]
    )


def is_configured(connection: Connection) -> bool:
    """Whether everything that the kind needs has been given."""
    return all(getattr(connection, each.name) for each in fields_of(connection.kind) if each.required)


def last4(secret: str) -> str:
    """All that is ever shown of a saved secret."""
    return secret[-4:] if len(secret) >= LAST4_FROM else ""


def facts_of(connection: Connection) -> dict[str, object]:
    """The credentials as the audit keeps them: of secrets the end alone."""
    return {
        each.name: last4(getattr(connection, each.name)) if each.secret else getattr(connection, each.name)
        for each in FIELDS[connection.kind]
    }
