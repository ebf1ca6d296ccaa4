"""Make quyet-dinh.docx anew: how its first version was made, kept for whoever must start over.

The .docx is the template in force: edit it in Word or LibreOffice, its {{ … }} and {% … %} being
what the portal fills in. Run: .venv/bin/python templates/documents/make_template.py
"""

import zipfile
from pathlib import Path

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

FILE = Path(__file__).with_name("quyet-dinh.docx")
FONT = "Times New Roman"
MADE_ON = (2026, 1, 1, 0, 0, 0)
PORTRAIT = (11906, 16838, "")
LANDSCAPE = (16838, 11906, ' w:orient="landscape"')

# name, size, alignment, bold, italic, space before and after (pt), first line (cm)
STYLES = [
    ("Quốc hiệu", 12, ALIGN.CENTER, True, False, 0, 0, 0),
    ("Tiêu ngữ", 13, ALIGN.CENTER, True, False, 0, 0, 0),
    ("Cơ quan ban hành", 13, ALIGN.CENTER, True, False, 0, 0, 0),
    ("Số ký hiệu", 13, ALIGN.CENTER, False, False, 0, 0, 0),
    ("Địa danh và ngày", 13, ALIGN.CENTER, False, True, 0, 0, 0),
    ("Dự thảo", 13, ALIGN.CENTER, True, False, 4, 0, 0),
    ("Tên văn bản", 14, ALIGN.CENTER, True, False, 12, 0, 0),
    ("Trích yếu", 14, ALIGN.CENTER, True, False, 0, 0, 0),
    ("Thẩm quyền", 14, ALIGN.CENTER, True, False, 12, 6, 0),
    ("Căn cứ", 14, ALIGN.JUSTIFY, False, True, 0, 6, 1.27),
    ("Nội dung", 14, ALIGN.JUSTIFY, False, False, 0, 6, 1.27),
    ("Chữ ký", 14, ALIGN.CENTER, True, False, 0, 0, 0),
    ("Nơi nhận", 12, ALIGN.LEFT, True, True, 0, 0, 0),
    ("Danh sách nhận", 11, ALIGN.LEFT, False, False, 0, 0, 0),
    ("Số trang", 13, ALIGN.CENTER, False, False, 0, 0, 0),
    ("Dấu trang", 11, ALIGN.CENTER, True, False, 0, 6, 0),
    ("Phụ lục", 14, ALIGN.CENTER, True, False, 0, 0, 0),
    ("Tên phụ lục", 14, ALIGN.CENTER, True, False, 0, 0, 0),
    ("Kèm theo", 14, ALIGN.CENTER, False, True, 0, 0, 0),
    ("Đầu bảng", 12, ALIGN.CENTER, True, False, 3, 3, 0),
    ("Ô bảng", 12, ALIGN.CENTER, False, False, 2, 2, 0),
    ("Ô tên", 12, ALIGN.LEFT, False, False, 2, 2, 0),
    ("Tổng hợp", 13, ALIGN.LEFT, False, False, 6, 4, 0),
    ("Ghi chú", 11, ALIGN.LEFT, False, True, 0, 2, 0),
    ("Xác minh", 10, ALIGN.LEFT, False, False, 0, 1, 0),
    ("Hết phần", 1, ALIGN.LEFT, False, False, 0, 0, 0),
]


def main():
    document = Document()
    body = document.element.body
    for element in list(body)[:-1]:
        body.remove(element)
    styles(document)
    references = headers(document)
    for tag in ("{%p for act in acts %}", "{%p if act.ours %}"):
        document.add_paragraph(tag)
    decision(document)
    end_of_section(document, PORTRAIT, references)
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p for annex in act.annexes %}")
    annex(document)
    end_of_section(document, LANDSCAPE, references)
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p endfor %}")
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "", "", ""
    properties.language = "vi-VN"
    document.save(FILE)
    same_bytes(FILE)


def same_bytes(file):
    """Write the archive again with one date, so that making it twice gives the same file."""
    with zipfile.ZipFile(file) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as again:
        for name, content in parts.items():
            again.writestr(zipfile.ZipInfo(name, MADE_ON), content, zipfile.ZIP_DEFLATED)


def styles(document):
    normal = document.styles["Normal"]
    lettered(normal, 14)
    normal.paragraph_format.space_after = Pt(0)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    normal.element.rPr.append(language)
    for name, size, align, bold, italic, before, after, first in STYLES:
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        lettered(style, size)
        style.font.bold, style.font.italic = bold, italic
        layout = style.paragraph_format
        layout.alignment = align
        layout.space_before, layout.space_after = Pt(before), Pt(after)
        layout.first_line_indent = Cm(first)
    document.styles["Hết phần"].paragraph_format.line_spacing = Pt(1)
    document.styles["Đầu bảng"].paragraph_format.keep_with_next = True
    for name in ("Phụ lục", "Tên phụ lục", "Kèm theo", "Tổng hợp"):
        document.styles[name].paragraph_format.keep_with_next = True
    # The annex's name is a heading for whoever goes through the document by its headings.
    for name in ("Phụ lục", "Tên văn bản"):
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), "0")
        document.styles[name].element.get_or_add_pPr().append(level)


def lettered(style, size):
    style.font.name, style.font.size = FONT, Pt(size)
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), FONT)


def headers(document):
    """Write the heads of pages; return the references that every section repeats."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.style = document.styles["Số trang"]
    page_number(number)
    for header in (section.header, section.first_page_header):
        header.is_linked_to_previous = False
        paragraph = header.paragraphs[0]
        if header is not section.header and paragraph.text == "" and not paragraph.runs:
            paragraph.style = document.styles["Hết phần"]
        for text in ("{%p if marks %}", "{{ marks }}", "{%p endif %}"):
            header.add_paragraph(text, style="Dấu trang")
    return [
        (reference.get(qn("w:type")), reference.get(qn("r:id")))
        for reference in section._sectPr.findall(qn("w:headerReference"))
    ]


def page_number(paragraph):
    for kind, text in (("begin", None), (None, "PAGE"), ("separate", None), ("", "2"), ("end", "")):
        run = paragraph.add_run()
        if kind == "":
            run.text = text
        elif kind is None:
            code = OxmlElement("w:instrText")
            code.text = text
            run._r.append(code)
        else:
            char = OxmlElement("w:fldChar")
            char.set(qn("w:fldCharType"), kind)
            run._r.append(char)


def end_of_section(document, page, references):
    """Close a section: its own numbering from 1, no number on its first page."""
    width, height, orientation = page
    heads = "".join(
        f'<w:headerReference w:type="{kind}" r:id="{number}"/>' for kind, number in references
    )
    paragraph = document.add_paragraph(style="Hết phần")
    paragraph._p.get_or_add_pPr().append(
        parse_xml(
            f"<w:sectPr {nsdecls('w', 'r')}>{heads}"
            f'<w:type w:val="nextPage"/><w:pgSz w:w="{width}" w:h="{height}"{orientation}/>'
            '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1701" w:header="567" '
            'w:footer="567" w:gutter="0"/><w:pgNumType w:start="1"/><w:titlePg/></w:sectPr>'
        )
    )


def decision(document):
    left, right = two_columns(document, 6.2, 9.8)
    fill(left, [
        ("{{ act.issuer_kind }}", "Cơ quan ban hành"),
        ("{%p if act.issuer_place %}", "Cơ quan ban hành"),
        ("{{ act.issuer_place }}", "Cơ quan ban hành"),
        ("{%p endif %}", "Cơ quan ban hành"),
        (2.1, "line"),
        ("Số: {{ act.number }}", "Số ký hiệu"),
        ("{%p if act.is_draft %}", "Dự thảo"),
        ("DỰ THẢO", "Dự thảo"),
        ("{%p endif %}", "Dự thảo"),
    ])  # fmt: skip
    fill(right, [
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Quốc hiệu"),
        ("Độc lập - Tự do - Hạnh phúc", "Tiêu ngữ"),
        (1.75, "line"),
        ("{{ act.place }}, {{ act.day }}", "Địa danh và ngày"),
    ])  # fmt: skip
    add = document.add_paragraph
    add("QUYẾT ĐỊNH", style="Tên văn bản")
    add("{{ act.subject }}", style="Trích yếu")
    line(add(style="Trích yếu"), 6.2)
    add("{{ act.issuer }}", style="Thẩm quyền")
    add("Căn cứ Luật Tổ chức chính quyền địa phương{% if act.is_draft %} ngày […]{% endif %};",
        style="Căn cứ")  # fmt: skip
    add("{%p for ground in act.grounds %}")
    add("Căn cứ {{ ground }};", style="Căn cứ")
    add("{%p endfor %}")
    add("{%p if act.is_draft %}")
    add("Căn cứ […];", style="Căn cứ")
    add("{%p endif %}")
    add("Theo đề nghị của Giám đốc Sở Nội vụ"
        "{% if act.is_draft %} tại Tờ trình số […]/TTr-SNV ngày […]{% endif %}.",
        style="Căn cứ")  # fmt: skip
    add("QUYẾT ĐỊNH:", style="Thẩm quyền")
    article(document, 1, "{{ act.announces }}, cụ thể như sau:")
    add("{%p for annex in act.annexes %}")
    add("{{ loop.index }}. {{ annex.group }} ({{ annex.heading }} kèm theo): {{ annex.units }} "
        "đơn vị{% if annex.classes %}, trong đó {{ annex.classes }}{% endif %}.",
        style="Nội dung")  # fmt: skip
    add("{%p endfor %}")
    article(document, 2, "Căn cứ kết quả công bố tại Điều 1, các cơ quan, đơn vị có tên trong "
            "Phụ lục khắc phục những nội dung đạt kết quả thấp và tiếp tục nâng cao chất lượng "
            "công tác cải cách hành chính. Sở Nội vụ theo dõi, đôn đốc, hướng dẫn việc thực "
            "hiện.")  # fmt: skip
    article(document, 3, "Quyết định này có hiệu lực kể từ ngày ký. Chánh Văn phòng "
            "{{ act.authority }}, Giám đốc Sở Nội vụ, Thủ trưởng các cơ quan, đơn vị có liên quan "
            "chịu trách nhiệm thi hành Quyết định này./.")  # fmt: skip
    left, right = two_columns(document, 8, 8)
    fill(left, [
        ("Nơi nhận:", "Nơi nhận"),
        ("- Như Điều 3;", "Danh sách nhận"),
        ("{%p if act.is_draft %}", "Danh sách nhận"),
        ("- […];", "Danh sách nhận"),
        ("{%p endif %}", "Danh sách nhận"),
        ("- Lưu: VT{% if act.is_draft %}, […]{% endif %}.", "Danh sách nhận"),
    ])  # fmt: skip
    fill(right, [
        ("{{ act.on_behalf }}", "Chữ ký"),
        ("{{ act.office }}", "Chữ ký"),
        *[("", "Chữ ký")] * 4,
        ("{{ act.signer }}", "Chữ ký"),
    ])  # fmt: skip


def article(document, number, text):
    paragraph = document.add_paragraph(style="Nội dung")
    paragraph.add_run(f"Điều {number}. ").bold = True
    paragraph.add_run(text)


def two_columns(document, *widths):
    table = document.add_table(rows=1, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    whole(table.rows[0])
    for column, cell, width in zip(table.columns, table.rows[0].cells, widths, strict=True):
        column.width = cell.width = Cm(width)
    return table.rows[0].cells


def whole(row, *, heading=False):
    """Keep a row on one page; a heading is repeated on each."""
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if heading:
        properties.append(OxmlElement("w:tblHeader"))


def fill(cell, texts):
    first = cell.paragraphs[0]
    for text, style in texts:
        paragraph = first if first is not None else cell.add_paragraph()
        first = None
        if style == "line":
            paragraph.style = "Số ký hiệu"
            line(paragraph, text)
        else:
            paragraph.style = style
            paragraph.add_run(text)


def line(paragraph, indent):
    """Make an empty paragraph a thin line, ``indent`` cm from both sides."""
    layout = paragraph.paragraph_format
    layout.left_indent = layout.right_indent = Cm(indent)
    layout.line_spacing = Pt(3)
    layout.space_after = Pt(6)
    paragraph._p.get_or_add_pPr().append(
        parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="6" w:space="0" '
            'w:color="000000"/></w:pBdr>'
        )
    )
    # The order of these elements is fixed: borders stand before spacing.
    properties = paragraph._p.pPr
    border = properties.find(qn("w:pBdr"))
    properties.remove(border)
    properties.find(qn("w:spacing")).addprevious(border)


def annex(document):
    add = document.add_paragraph
    add("{{ annex.heading }}", style="Phụ lục")
    add("{{ annex.title }}", style="Tên phụ lục")
    add("{{ annex.attached_to }}", style="Kèm theo")
    line(add(style="Kèm theo"), 10)
    add("{%p if annex.rows %}")
    table = document.add_table(rows=4, cols=5, style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    caption = OxmlElement("w:tblCaption")
    caption.set(qn("w:val"), "Bảng kết quả")
    table._tbl.tblPr.append(caption)
    head = ["STT", "Tên đơn vị", "{%tc for column in annex.columns %}", "{{ column }}",
            "{%tc endfor %}"]  # fmt: skip
    cells = ["{{ row.place }}", "{{ row.name }}", "{%tc for cell in row.cells %}", "{{ cell }}",
             "{%tc endfor %}"]  # fmt: skip
    write_row(table.rows[0], head, ["Đầu bảng"] * 5)
    write_row(table.rows[1], ["{%tr for row in annex.rows %}", "", "", "", ""], ["Ô bảng"] * 5)
    write_row(table.rows[2], cells, ["Ô bảng", "Ô tên", "Ô bảng", "Ô bảng", "Ô bảng"])
    write_row(table.rows[3], ["{%tr endfor %}", "", "", "", ""], ["Ô bảng"] * 5)
    whole(table.rows[0], heading=True)
    whole(table.rows[2])
    add("{%p endif %}")
    add("{{ annex.summary }}", style="Tổng hợp")
    add("{%p for note in annex.notes %}")
    add("{{ note }}", style="Ghi chú")
    add("{%p endfor %}")
    left, right = two_columns(document, 3, 21.7)
    fill(left, [("{{ annex.qr }}", "Xác minh")])
    fill(right, [
        ("{{ annex.version }} Mã kiểm tra (SHA-256):", "Xác minh"),
        ("{{ annex.digest }}", "Xác minh"),
        ("Quét mã QR hoặc nhập mã kiểm tra tại {{ annex.verification_page }} để xác minh.",
         "Xác minh"),
        ("Tệp này do Cổng tạo từ ấn bản đã niêm phong; văn bản có giá trị pháp lý là bản đã ký.",
         "Xác minh"),
    ])  # fmt: skip


def write_row(row, texts, names):
    for cell, text, name in zip(row.cells, texts, names, strict=True):
        cell.paragraphs[0].style = name
        cell.paragraphs[0].add_run(text)


if __name__ == "__main__":
    main()
