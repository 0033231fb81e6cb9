"""What is right of the text that is read of each case of `readers.py`: the part of its `check.py` that text can tell.

A passage is judged by its own line, as a search shows it: a value whose name stands ten lines further up has none. A
file that a reader refuses is right where refusing is (`MAY_REFUSE`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

Judge = Callable[[str], bool]


def line_with(text: str, word: str) -> str:
    return next((line for line in text.split("\n") if word in line), "")


def has(*words: str, without: tuple[str, ...] = ()) -> Judge:
    """All of these, on whatever lines, and none of those."""

    def judge(text: str) -> bool:
        flat = " ".join(text.split())
        return all(word in flat for word in words) and not any(word in flat for word in without)

    return judge


def beside(word: str, *others: str, without: tuple[str, ...] = ()) -> Judge:
    """On the line with `word` all of the others, and none of those without."""

    def judge(text: str) -> bool:
        line = line_with(text, word)
        return bool(line) and all(other in line for other in others) and not any(one in line for one in without)

    return judge


def once(*words: str) -> Judge:
    return lambda text: all(text.count(word) == 1 for word in words)


def _both(*judges: Judge) -> Judge:
    return lambda text: all(judge(text) for judge in judges)


def _equation(text: str) -> bool:
    between = " ".join(text.split()).partition("se calcula con")[2].partition("y se mide")[0]
    return all(sign in between for sign in "mv2")


def _in_order(*words: str) -> Judge:
    def judge(text: str) -> bool:
        places = [text.find(word) for word in words]
        return -1 not in places and places == sorted(places)

    return judge


def _ligatures(text: str) -> bool:
    flat = " ".join(text.split())
    return flat.count("beneficios fiscales") >= 5 and "ﬁ" not in flat and flat.endswith("la garza.")


CASES: dict[str, tuple[str, Judge]] = {
    "101_docx_block_content_control": ("acta.docx", has("Irene Vallmora", "340 euros")),
    "103_docx_text_box": (
        "taller.docx",
        _both(has("inscripción", without=("inscripciónhasta", "gratuito.Plazo")), once("14 de marzo")),
    ),
    "104_docx_equation": ("energia.docx", _equation),
    "105_docx_clause_numbers": ("contrato.docx", beside("se devuelve en junio", "4.2")),
    "107_docx_moved_text": ("tareas.docx", _both(once("30 de mayo"), has("350 euros", without=("200",)))),
    "108_docx_merged_rows": ("tarifas.docx", _both(beside("Santander", "Norte"), beside("Jaén", "Sur"))),
    "109_docx_notes_changes_nested": (
        "censo.docx",
        once("unas 4000 personas en el valle", "censo de 1981", "Interior dos", "Exterior"),
    ),
    "139_docx_xlsx_strict": ("estricto.docx", has("coro ensaya")),
    "144_docx_key_value_table": (
        "ficha.docx",
        has("Nadia Sorel", without=("Violonchelo: Nadia", "Instrumento: Prestado")),
    ),
    "121_pptx_smartart": ("fases.pptx", has("Prototipo de cartón", "Prueba en el patio")),
    "123_pptx_notes_group_table": ("riego.pptx", has("Plan de riego", "Depósito de lluvia", "corte de agua")),
    "132_xlsx_formula_without_value": (
        "cuentas.xlsx",
        lambda text: any(one in line_with(text, "Total") for one in ("660", "SUM")),
    ),
    "133_xlsx_percent_currency": ("becas.xlsx", lambda text: bool(re.search(r"15[.,]50?\s?%", text))),
    "134_xlsx_title_above_header": ("almacen.xlsx", beside("REF-075", "Existencias", "625")),
    "135_xlsx_year_columns": ("visitantes.xlsx", beside("Uruguay", "2022")),
    "137_xlsx_dates_hidden_far_cell": ("eventos.xlsx", has("2024-05-17", "en secretaría", "fin")),
    "138_xls_legacy": ("viejo.xls", lambda text: bool(text.strip()) and "\0" not in text),
    "142_xlsx_two_tables": ("caja.xlsx", beside("Gemma", without=("Producto: Gemma", "Precio: tarde"))),
    "201_csv_bank_preamble": ("movimientos.csv", beside("Venta de rifas", "312,50", "Importe")),
    "204_csv_utf16_tabs": ("notas.csv", has("9,5", "dos líneas")),
    "205_csv_line_separator": ("ficha.csv", lambda text: "diario" in line_with(text, "Helecho")),
    "206_csv_quotes_newlines": ("citas.csv", has("Pérez, Ana", 'Dijo "basta" y se fue', "uno, dos")),
    "203_csv_portuguese_1252": ("excursao.txt", has("Informações", "São João", "pães")),
    "211_txt_one_bad_byte": ("normas.txt", has("devolución", "niños pequeños", without=("Ã",))),
    "212_py_indentation": (
        "practica.py",
        lambda text: "\n        return 'aprobado'" in text and "\n    return 'suspenso'" in text,
    ),
    "215_rtf_taken_for_text": ("comedor.rtf", has("Los niños comen", without=("\\par",))),
    "217_eml_raw": ("reunion.eml", has("autorización firmada", without=("Content-Transfer-Encoding",))),
    "301_html_rowspan": ("horario.html", beside("Mora", without=("Aula: Mora", "Turno: B7", "| B7 | Mora"))),
    "303_html_faq_buttons": ("preguntas.html", has("anulo mi matrícula", "cambiar de grupo")),
    "304_html_email_tables": (
        "correo.html",
        _both(once("lunes 3 a las seis"), lambda text: "aplazada La reunión" not in text),
    ),
    "306_html_iso_euro": ("tarifas.html", has("25 €", "60 €", "familiar", "niños")),
    "308_html_xhtml_empty_title": ("faro.xhtml", has("La torrera encendía", without=("<body>",))),
    "309_html_caption": (
        "anuario.html",
        _both(has("Nacimientos en Valdeluna"), beside("Segundo", "Niñas", "36")),
    ),
    "311_html_bare_lists": ("alquiler.html", has("Tienda de campaña", "de diez a siete", "Fianza")),
    "322_epub_odd_spine": ("viaje.epub", _in_order("principio", "playa")),
    "331_json_exact_numbers": ("pedido.json", has("10.50", "20240000000000001234567")),
    "332_json_lines_odd": ("avisos.jsonl", has("simulacro", "Mañana", without=("{",))),
    "341_md_long_table": ("semillas.md", beside("remolacha", "Germinación")),
    "401_pdf_form_values": ("solicitud.pdf", has("Marcela Quirante", "Tercero B")),
    "406_pdf_ligatures_columns": ("oficios.pdf", _ligatures),
    "410_pdf_empty_password": ("abierto.pdf", has("sendero")),
    "411_pdf_table_rows": ("notas.pdf", beside("Berta", without=("Aitana", "Carla"))),
}
MAY_REFUSE = frozenset({"138_xls_legacy", "139_docx_xlsx_strict", "215_rtf_taken_for_text", "217_eml_raw"})
