"""The text that a new document begins with, one for each kind: complete, plain, and without a threat (CDC, art. 42)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.documents.models import DocumentKind

_TERM = """\
*Acordo nº #NUMERO_ACORDO#*
*Credor:* #NOME_CREDOR#, CPF/CNPJ #CPF_CNPJ_CREDOR#, #ENDERECO_CREDOR#.
*Devedor:* #NOME_DEVEDOR#, CPF/CNPJ #CPF_CNPJ_DEVEDOR#.
*Empresa de cobrança:* #NOME_EMPRESA#, que representa o credor neste acordo.

Em #DATA_ACORDO#, as partes combinaram o pagamento dos títulos abaixo, nas condições deste termo.

# 1. O que está sendo negociado

O devedor reconhece os títulos desta tabela, com cada valor discriminado na data do acordo:

#TABELA_TITULOS#

# 2. Quanto e quando pagar

- Valor total do acordo: *#VALOR_ACORDO#* (#VALOR_ACORDO_EXTENSO#)
- Entrada: #ENTRADA#
- Parcelas: #QTD_PARCELAS#, a primeira com vencimento em #PRIMEIRO_VENCIMENTO#

#TABELA_PARCELAS#

Se o vencimento cair em dia sem expediente bancário, o pagamento pode ser feito no dia útil seguinte, sem acréscimo.

# 3. Condições

- O pagamento de todas as parcelas quita os títulos deste termo, e a quitação é confirmada.
- O devedor pode antecipar parcelas. Se tiver dificuldade, deve procurar a empresa de cobrança.
- Se uma parcela não for paga, o acordo pode ser desfeito: o que já foi pago é abatido da dívida.
- Este termo não altera os direitos que a lei garante ao consumidor.

#DATA_EXTENSO#


______________________________
#NOME_USUARIO#, por #NOME_EMPRESA#, em nome do credor


______________________________
#NOME_DEVEDOR#, devedor
"""

_ORIGINAL = """\
Olá, #PRIMEIRO_NOME#. Este é o detalhamento dos seus títulos em aberto com #NOME_CREDOR#, atualizado em #DATA_ATUAL#.

*Devedor:* #NOME_DEVEDOR#, CPF/CNPJ #CPF_CNPJ_MASCARADO#
*Credor:* #NOME_CREDOR#, CPF/CNPJ #CPF_CNPJ_CREDOR#
*Endereço do credor:* #ENDERECO_CREDOR#

# Títulos em aberto

#TABELA_TITULOS#

# Resumo

- Valor original: #VALOR_ORIGINAL#
- Multa: #MULTA#
- Juros: #JUROS#
- Honorários: #HONORARIOS#
- Desconto: #DESCONTO#

*Total em #DATA_ATUAL#: #TOTAL#* (#TOTAL_EXTENSO#)

# Informações importantes

- Os valores valem para hoje, #DATA_ATUAL#. Depois desta data, podem ser atualizados conforme o contrato.
- Se você já pagou ou não reconhece algum título, responda a esta conversa para que possamos conferir.
- Antes de pagar, confira o nome de quem recebe o pagamento.

#NOME_EMPRESA#, pelo credor #NOME_CREDOR#
"""

_OF_AGREEMENT = """\
Olá, #PRIMEIRO_NOME#. Este é o detalhamento do acordo nº #NUMERO_ACORDO#, feito em #DATA_ACORDO# com #NOME_CREDOR#.

*Devedor:* #NOME_DEVEDOR#, CPF/CNPJ #CPF_CNPJ_MASCARADO#
*Credor:* #NOME_CREDOR#, CPF/CNPJ #CPF_CNPJ_CREDOR#
*Endereço do credor:* #ENDERECO_CREDOR#

# Parcelas

#TABELA_PARCELAS#

*Valor total do acordo: #VALOR_ACORDO#* (#VALOR_ACORDO_EXTENSO#)

# Títulos que fazem parte do acordo

Cada valor na data do acordo:

#TABELA_TITULOS#

# Informações importantes

- A situação das parcelas é a de #DATA_ATUAL#.
- Se você já pagou alguma parcela que aparece em aberto, responda a esta conversa para que possamos conferir.
- Antes de pagar, confira o nome de quem recebe o pagamento.

#NOME_EMPRESA#, pelo credor #NOME_CREDOR#
"""

DEFAULT_BODIES: Mapping[DocumentKind, str] = {
    DocumentKind.AGREEMENT_TERM: _TERM,
    DocumentKind.ORIGINAL_STATEMENT: _ORIGINAL,
    DocumentKind.AGREEMENT_STATEMENT: _OF_AGREEMENT,
}
