"""The QR code that leads from paper to the verification of the edition printed there."""

import io

import segno


def png(address: str) -> bytes:
    """Return the code as a picture for Word and Excel, black on white."""
    output = io.BytesIO()
    _code(address).save(output, kind="png", scale=8, border=2)
    return output.getvalue()


def svg(address: str, *, title: str) -> str:
    """Return the code as an <svg> element without style attributes; ``title`` is read aloud."""
    return _code(address).svg_inline(
        scale=3, border=2, light="#fff", title=title, svgclass="qr", lineclass=None, omitsize=True
    )


def _code(address):
    return segno.make_qr(address, error="m")
