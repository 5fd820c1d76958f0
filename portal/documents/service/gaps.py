"""What keeps a document from being issued, said so that a person knows where to put it right."""

from __future__ import annotations

from collections.abc import Iterator

from portal.documents.kinds import needs_agreement
from portal.documents.rules.wildcards import INSTALMENTS_TABLE, TITLES_TABLE, WILDCARDS, check, used
from portal.documents.service import values
from portal.documents.service.facts import Facts
from portal.portfolio.models import AgreementStatus
from portal.portfolio.rules.pix import PixError

NOT_IN_FORCE = {
    AgreementStatus.BROKEN: "foi quebrado",
    AgreementStatus.CANCELLED: "foi cancelado",
}

DEBT = ("#VALOR_ORIGINAL#", "#MULTA#", "#JUROS#", "#HONORARIOS#", "#DESCONTO#", "#TOTAL#", "#TOTAL_EXTENSO#")
LEGAL = ("#CPF_CNPJ_CREDOR#", "#ENDERECO_CREDOR#")
"""Asked for by CDC, art. 42-A, whether the text has them or not: the letterhead does."""


def gaps(facts: Facts, body: str) -> list[str]:
    """Every reason, in Portuguese, why a text cannot be issued with these facts; empty when it can."""
    return list(dict.fromkeys([*check(facts.kind.value, body), *_legal(facts), *_debt(facts), *_empty(facts, body)]))


def _legal(facts: Facts) -> Iterator[str]:
    """CDC, art. 42-A: name, address and CPF or CNPJ of the creditor on every document of collection."""
    creditor = facts.creditor
    where = f"Preencha em Credores > {creditor.name}: a lei exige em todo documento de cobrança (CDC, art. 42-A)."
    if not creditor.tax_id:
        yield f"Falta o CPF ou CNPJ do credor {creditor.name}. {where}"
    if not creditor.address:
        yield f"Falta o endereço do credor {creditor.name}. {where}"


def _debt(facts: Facts) -> Iterator[str]:
    debtor, creditor, agreement = facts.debtor.name, facts.creditor.name, facts.agreement
    if not needs_agreement(facts.kind):
        if not facts.lines:
            yield f"{debtor} não tem títulos em aberto com {creditor}."
    elif agreement is None:
        yield f"{debtor} não tem acordo com {creditor}. Registre o acordo em Devedores > {debtor}."
    elif agreement.status in NOT_IN_FORCE:
        yield f"O acordo nº {agreement.number} de {debtor} {NOT_IN_FORCE[agreement.status]}."


def _empty(facts: Facts, body: str) -> Iterator[str]:
    """The wildcards of the text that would leave a hole."""
    content = values.filled(facts)
    told = set(LEGAL) | (set() if facts.lines else {*DEBT, TITLES_TABLE})
    for name in used(body):
        table = content.tables.get(name)
        is_there = bool(table.rows) if table else bool(content.values.get(name))
        if not is_there and name not in told and not _follows(name, facts):
            yield f"O coringa {name} ({_meaning(name)}) ficaria vazio. {_remedy(name, facts)}"


def _follows(name: str, facts: Facts) -> bool:
    """Whether the hole follows from the agreement that is lacking, which was told already."""
    of_agreement = WILDCARDS[name].group in ("Acordo", "Pagamento") or name == INSTALMENTS_TABLE
    return facts.agreement is None and of_agreement and (needs_agreement(facts.kind) or not facts.lines)


def _meaning(name: str) -> str:
    return WILDCARDS[name].meaning.partition(",")[0].partition(";")[0]


def _remedy(name: str, facts: Facts) -> str:
    creditor = f"em Credores > {facts.creditor.name}"
    if name == "#NOME_USUARIO#":
        return "Escolha o usuário que assina em Integração WhatsApp > Configurações por Conta."
    if name == "#PIX_COPIA_COLA#":
        return _pix_remedy(facts, creditor)
    if name == "#CODIGO_BARRAS#":
        return "Nenhum título ou parcela a pagar tem linha digitável: informe-a na carteira ou tire o coringa do texto."
    match WILDCARDS[name].group:
        case "Devedor":
            return f"Preencha em Devedores > {facts.debtor.name} ou tire o coringa do texto."
        case "Empresa de cobrança":
            return "Preencha em Dados da empresa, no menu da sua empresa."
        case "Acordo":
            return "O acordo não tem parcelas."
    return f"Preencha {creditor}."


def _pix_remedy(facts: Facts, creditor: str) -> str:
    if not facts.creditor.pix_key:
        return f"Informe a chave PIX {creditor}."
    try:
        values.pix_code(facts)
    except PixError as error:
        return f"{error} Corrija {creditor}."
    return "Não há nada a pagar."
