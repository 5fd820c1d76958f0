"""The wildcards (coringas) of documents: a closed list, the substitution of their values, and what a text may hold.

CDC art. 42-A asks every collection document for the creditor's name, address and CPF or CNPJ. The letterhead, which the
renderer prints on every document, carries them, so a text need not. The laws SP 14.953/2013 and RJ 6.854/2014 ask for
the original value and each addition by its name: the text of a statement needs the table of titles, which has them all,
or every wildcard of `ITEMISED`. A term of agreement is about a debt that its statement itemises, and is free in this.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

AGREEMENT_TERM = "agreement_term"
ORIGINAL_STATEMENT = "original_title"
AGREEMENT_STATEMENT = "agreement_statement"

ALL = (AGREEMENT_TERM, ORIGINAL_STATEMENT, AGREEMENT_STATEMENT)
OF_AGREEMENTS = (AGREEMENT_TERM, AGREEMENT_STATEMENT)
STATEMENTS = (ORIGINAL_STATEMENT, AGREEMENT_STATEMENT)

TITLES_TABLE = "#TABELA_TITULOS#"
INSTALMENTS_TABLE = "#TABELA_PARCELAS#"
ITEMISED = ("#VALOR_ORIGINAL#", "#MULTA#", "#JUROS#", "#HONORARIOS#", "#DESCONTO#", "#TOTAL#")

TEXT_LIMIT = 20_000
LISTED = 5  # mistakes of one sort that are named; of more, only how many

BIDI_CONTROLS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Wildcard:
    """A wildcard as the page that edits a document explains it. A table has no example text: see `examples`."""

    name: str
    meaning: str
    example: str = ""
    group: str = ""
    kinds: tuple[str, ...] = ALL

    @property
    def is_table(self) -> bool:
        return self.name in (TITLES_TABLE, INSTALMENTS_TABLE)


_GROUPS: Mapping[str, tuple[Wildcard, ...]] = {
    "Devedor": (
        Wildcard("#NOME_DEVEDOR#", "Nome completo ou razão social do devedor", "Maria Aparecida da Silva"),
        Wildcard("#PRIMEIRO_NOME#", "Primeiro nome do devedor", "Maria"),
        Wildcard("#CPF_CNPJ_DEVEDOR#", "CPF ou CNPJ completo do devedor", "111.444.777-35"),
        Wildcard("#CPF_CNPJ_MASCARADO#", "CPF ou CNPJ do devedor com parte dos números oculta", "***.444.777-**"),
        Wildcard("#ENDERECO_DEVEDOR#", "Endereço do devedor", "Rua das Acácias, 120, Centro"),
        Wildcard("#CIDADE_DEVEDOR#", "Cidade do devedor", "Goiânia"),
        Wildcard("#UF_DEVEDOR#", "Estado (UF) do devedor", "GO"),
        Wildcard("#CEP_DEVEDOR#", "CEP do devedor", "74000-000"),
        Wildcard("#TELEFONE_DEVEDOR#", "Telefone do devedor", "(62) 99999-0000"),
        Wildcard("#EMAIL_DEVEDOR#", "E-mail do devedor", "maria@exemplo.com.br"),
    ),
    "Credor": (
        Wildcard("#NOME_CREDOR#", "Nome ou razão social do credor", "Loja Modelo Ltda."),
        Wildcard("#CPF_CNPJ_CREDOR#", "CPF ou CNPJ do credor", "11.222.333/0001-81"),
        Wildcard("#ENDERECO_CREDOR#", "Endereço completo do credor", "Av. Brasil, 1000, Goiânia, GO, 74000-100"),
    ),
    "Empresa de cobrança": (
        Wildcard("#NOME_EMPRESA#", "Nome da sua empresa", "Cobrança Exemplo Ltda."),
        Wildcard("#CNPJ_EMPRESA#", "CNPJ da sua empresa", "12.ABC.345/01DE-35"),
        Wildcard("#ENDERECO_EMPRESA#", "Endereço da sua empresa", "Rua 10, 250, Goiânia, GO, 74000-200"),
        Wildcard("#TELEFONE_EMPRESA#", "Telefone da sua empresa", "(62) 3000-0000"),
    ),
    "Acordo": (
        Wildcard("#NUMERO_ACORDO#", "Número do acordo", "1042"),
        Wildcard("#DATA_ACORDO#", "Data em que o acordo foi feito", "22/11/2026"),
        Wildcard("#VALOR_ACORDO#", "Valor total do acordo", "R$\xa01.193,86"),
        Wildcard(
            "#VALOR_ACORDO_EXTENSO#",
            "Valor total do acordo por extenso",
            "mil, cento e noventa e três reais e oitenta e seis centavos",
        ),
        Wildcard("#ENTRADA#", "Valor da entrada", "R$\xa0193,86"),
        Wildcard("#QTD_PARCELAS#", "Quantidade de parcelas, sem contar a entrada", "2"),
        Wildcard("#PRIMEIRO_VENCIMENTO#", "Vencimento da primeira parcela", "10/12/2026"),
        Wildcard(INSTALMENTS_TABLE, "Tabela com a entrada e as parcelas do acordo; fica sozinha na linha"),
    ),
    "Dívida": (
        Wildcard(TITLES_TABLE, "Tabela dos títulos com cada valor discriminado; fica sozinha na linha"),
        Wildcard("#VALOR_ORIGINAL#", "Soma dos valores originais dos títulos", "R$\xa01.000,00"),
        Wildcard("#MULTA#", "Soma das multas", "R$\xa020,00"),
        Wildcard("#JUROS#", "Soma dos juros", "R$\xa065,33"),
        Wildcard("#HONORARIOS#", "Soma dos honorários", "R$\xa0108,53"),
        Wildcard("#DESCONTO#", "Soma dos descontos", "R$\xa00,00"),
        Wildcard("#TOTAL#", "Total atualizado da dívida", "R$\xa01.193,86"),
        Wildcard(
            "#TOTAL_EXTENSO#",
            "Total atualizado da dívida por extenso",
            "mil, cento e noventa e três reais e oitenta e seis centavos",
        ),
    ),
    "Pagamento": (
        Wildcard(
            "#CODIGO_BARRAS#",
            "Linha digitável do boleto",
            "23792.34541 67890.123457 76789.012341 1 16380000019386",
        ),
        Wildcard(
            "#PIX_COPIA_COLA#",
            "Código PIX copia e cola",
            "00020126470014br.gov.bcb.pix0125financeiro@exemplo.com.br5204000053039865406193.865802BR"
            "5917Loja Modelo Ltda.6007Goiania62070503***63047D42",
        ),
    ),
    "Data e assinatura": (
        Wildcard("#DATA_ATUAL#", "Data em que o documento é emitido", "22/11/2026"),
        Wildcard("#DATA_EXTENSO#", "Data em que o documento é emitido, por extenso", "22 de novembro de 2026"),
        Wildcard("#NOME_USUARIO#", "Nome do usuário que assina, escolhido em Configurações por Conta", "João Pereira"),
    ),
}


def _placed(group: str, wildcard: Wildcard) -> Wildcard:
    return replace(wildcard, group=group, kinds=OF_AGREEMENTS if group == "Acordo" else ALL)


WILDCARDS: Mapping[str, Wildcard] = {
    wildcard.name: _placed(group, wildcard) for group, wildcards in _GROUPS.items() for wildcard in wildcards
}

# A name needs a letter, so that "#1/#2" stays text; hyphens and dots are in it so that "#NOME-DEVEDOR#" is noticed.
TOKEN = re.compile(r"#(?=[^#\s]*[^\W\d_])[\w.-]+#")

_UNCLOSED = re.compile(r"#\w+")
_SPACED = re.compile(r"# ?([A-ZÀ-Ü]+(?:[ _-][A-ZÀ-Ü]+)*) ?#")
_SPACES = re.compile(r"[ \t\r\n\v\f\u2028\u2029]+")


def by_group(kind: str) -> dict[str, list[Wildcard]]:
    """The wildcards that exist for a kind of document, under the names of their groups, in the order of the page."""
    groups: dict[str, list[Wildcard]] = {}
    for wildcard in WILDCARDS.values():
        if kind in wildcard.kinds:
            groups.setdefault(wildcard.group, []).append(wildcard)
    return groups


def used(body: str) -> tuple[str, ...]:
    """The known wildcards of a text, each once, in the order in which they first stand in it."""
    return tuple(name for name in dict.fromkeys(TOKEN.findall(body)) if name in WILDCARDS)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each known wildcard replaced, once. One without a value stays visible."""

    def value(match: re.Match[str]) -> str:
        name = match.group()
        return clean(values[name]) if name in WILDCARDS and name in values else name

    return TOKEN.sub(value, text)


def clean(value: str) -> str:
    """A value as it is printed: on one line (no-break spaces stay), composed, without invisible characters."""
    one_line = _SPACES.sub(" ", value)
    visible = "".join(char for char in one_line if not is_control(char))
    return re.sub(" +", " ", unicodedata.normalize("NFC", visible)).strip(" ")


def is_control(char: str) -> bool:
    """Whether a character is never printed: controls, halves of pairs, and what turns the direction of writing."""
    return char in BIDI_CONTROLS or (char != "\n" and unicodedata.category(char) in ("Cc", "Cs"))


def tidy(text: str) -> str:
    """The text as it is kept: composed accents, plain line breaks, no space around it."""
    lines = re.sub(r"\r\n?|[\v\f\u2028\u2029]", "\n", unicodedata.normalize("NFC", text))
    return lines.replace("\t", " ").strip()


def check(kind: str, body: str) -> list[str]:
    """What is wrong, in Portuguese, with a text for this kind of document; empty when it can be saved."""
    text = tidy(body)
    if not any(char.isprintable() and not char.isspace() for char in text):
        return ["Escreva o texto do documento. Ele não pode ficar em branco."]
    if len(text) > TEXT_LIMIT:
        return [f"O texto pode ter no máximo {_thousands(TEXT_LIMIT)} caracteres; este tem {_thousands(len(text))}."]
    mistakes = [*_characters(text), *_unknown(text), *_of_other_kinds(kind, text), *_not_closed(text), *_tables(text)]
    return mistakes or _not_itemised(kind, text)


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _characters(text: str) -> list[str]:
    if any(is_control(char) for char in text):
        return ["O texto tem caracteres invisíveis que não podem ser impressos. Apague o trecho e digite novamente."]
    return []


def _unknown(text: str) -> Iterator[str]:
    names = [name for name in dict.fromkeys(TOKEN.findall(text)) if name not in WILDCARDS]
    for name in names[:LISTED]:
        near = _nearest(name, cutoff=0.6)
        advice = f"Você quis dizer {near}?" if near else "Use um dos coringas da lista."
        yield f"O coringa {_short(name)} não existe. {advice}"
    if len(names) > LISTED:
        yield f"Outros coringas do texto também não existem ({len(names) - LISTED}). Use os da lista."


def _of_other_kinds(kind: str, text: str) -> list[str]:
    names = [name for name in used(text) if kind not in WILDCARDS[name].kinds]
    return [f"O coringa {name} só existe nos documentos de acordo. Retire-o deste texto." for name in names]


def _not_closed(text: str) -> Iterator[str]:
    rest = TOKEN.sub(" ", text)
    spaced = {match[0]: match[1] for match in _SPACED.finditer(rest)}
    for written, name in list(spaced.items())[:LISTED]:
        if near := _nearest(f"#{re.sub('[ -]', '_', name)}#", cutoff=0.85):
            yield f"O coringa {written} está escrito com espaço. Escreva {near}."
    opened = dict.fromkeys(_UNCLOSED.findall(_SPACED.sub(" ", rest)))
    for name in list(opened)[:LISTED]:
        if near := _nearest(f"{name}#", cutoff=0.85):
            yield f"O coringa {name} está incompleto. Escreva {near}, com # no começo e no fim."


def _tables(text: str) -> Iterator[str]:
    lines = [line.strip() for line in text.split("\n")]
    for name in (name for name in used(text) if WILDCARDS[name].is_table):
        if any(name in line and line != name for line in lines):
            yield f"A tabela {name} precisa ficar sozinha em uma linha."
        elif lines.count(name) > 1:
            yield f"A tabela {name} aparece mais de uma vez. Deixe só uma."


def _not_itemised(kind: str, text: str) -> list[str]:
    present = used(text)
    if kind not in STATEMENTS or TITLES_TABLE in present:
        return []
    missing = [name for name in ITEMISED if name not in present]
    if not missing:
        return []
    wanted = f"a tabela {TITLES_TABLE} ou os coringas que faltam: {', '.join(missing)}"
    return [f"A lei exige que o demonstrativo discrimine cada valor da dívida. Inclua {wanted}."]


def _short(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"


def _nearest(name: str, cutoff: float) -> str | None:
    matches = difflib.get_close_matches(name.upper(), list(WILDCARDS), n=1, cutoff=cutoff)
    return matches[0] if matches else None
