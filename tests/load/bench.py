"""Measure pages, sealing and importing, each against a baseline of the same run.

``make bench``. Needs the data of ``make demo``. Requests per second are measured by wrk where it is
installed, else by a small client here; figures are medians of a few runs. What is sealed and
imported is rolled back. ``bench.py scale 95`` does nothing but compare ten national years of 95
leaves, millions of rows, with one; it takes minutes.
"""

import io
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reform_portal.settings")
os.environ.setdefault("SECRET_KEY", "a benchmark signs nothing that matters " * 2)
os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1")

PAGE = "/tinh-minh-hoa/2023/so-nganh/"
SMALL = "/tay-ninh/2023/so-nganh/"
SECONDS = 4
PAGES = [
    "/",
    "/du-lieu/",
    "/tay-ninh/",
    "/tay-ninh/2023/",
    SMALL,
    PAGE,
    f"{PAGE}so-tai-chinh/",
    "/tay-ninh/don-vi/",
    "/tinh-minh-hoa/don-vi/so-tai-chinh/",
    "/tinh-minh-hoa/2023/phuong-phap/",
    "/tinh-minh-hoa/cam-ket/2023/",
    "/tinh-minh-hoa/cam-ket/2023/ho-so/",
]


NATION = "/minh-hoa-toan-quoc/2025/cap-xa/"
OF_THE_NATION = [
    "/",
    "/du-lieu/",
    "/minh-hoa-toan-quoc/",
    "/minh-hoa-toan-quoc/2025/",
    NATION,
    f"{NATION}?trang=20",
    f"{NATION}?sap-xep=unit_name",
    f"{NATION}?xep-loai=Khá",
    f"{NATION}?q=binh",
    f"{NATION}?don-vi=phuong-ba-dinh-ha-noi",
    f"{NATION}phuong-ba-dinh-ha-noi/",
    "/minh-hoa-toan-quoc/don-vi/",
    "/minh-hoa-toan-quoc/don-vi/phuong-ba-dinh-ha-noi/",
    "/minh-hoa-toan-quoc/2025/phuong-phap/",
    "/minh-hoa-lai-chau/2025/cap-xa/",
    "/minh-hoa-lai-chau/2025/cap-xa/phuong-tan-phong/",
]


def main():
    from reform_portal import embedded_postgres

    with embedded_postgres.running():
        import django

        django.setup()
        if sys.argv[1:2] == ["scale"]:
            return scale(int(sys.argv[2]))
        pages()
        cold()
        served()
        sealing(20)
        sealing(168)
        importing(168, 1)
        importing(168, 95)
        for units in (20, 168, 3300):
            documents(units)
        scale(8)


def pages():
    """Print CPU, queries and bytes of the pages, in process: made anew, stored, and known."""
    from django.core.cache import caches
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1", "accept-encoding": "br"})
    size = len(Client(headers={"host": "127.0.0.1"}).get(SMALL).content)
    print(
        "CPU per request, in process (median of 30), and as a ratio to a bare answer of "
        f"{size} bytes: made anew, stored, known to the browser (304); queries of each"
    )
    with routed_to_bare():
        base = cpu(lambda: client.get(f"/bare/{size}/"))
        print(f"  {'a bare answer':40} {base:7.2f} ms")
        for address in PAGES:
            ask = partial(client.get, address)
            anew = cpu(ask, before=caches["pages"].clear)
            stored = cpu(ask)
            tag = ask().headers["ETag"]
            known = partial(client.get, address, headers={"if-none-match": tag})
            caches["pages"].clear()
            queries = count(ask), count(ask), count(known)
            print(
                f"  {address:40} {anew:7.2f} ms {anew / base:6.1f} x   {stored:5.2f} ms "
                f"{stored / base:5.2f} x   {cpu(known):5.2f} ms   {queries} queries"
            )
    assets = ["css/portal.css", "js/portal.js", "js/chart.js"]
    parts = [len(client.get(SMALL).content)]
    parts += [len(brotli.compress((ROOT / "static" / name).read_bytes())) for name in assets]
    print(f"Bytes before interaction, brotli: page {parts[0]}, with CSS and JS {sum(parts)}")


def cold():
    """Print what a page of 31 units costs anew, against django-tables2's own template alone."""
    from django.core.cache import caches
    from django.test import Client, RequestFactory
    from django.utils import timezone

    from scorecards import assessing, publishing
    from scorecards.models.publication import Edition
    from scorecards.views.public import league_of

    with rolled_back():
        framework = a_framework(31, 8)
        entries = [
            assessing.Entry(card.pk, leaf.pk, {"awarded": Decimal(50 + (card.pk * leaf.pk) % 50)})
            for card in framework.scorecards.all()
            for leaf in framework.criteria.all()
        ]
        assessing.enter(framework, entries)
        now = timezone.now()
        sealed = publishing.seal(framework, acknowledged=True, public_from=now)
        edition = Edition.objects.with_context().get(pk=sealed.pk)
        request = RequestFactory().get("/", headers={"host": "127.0.0.1"})

        def own_template():
            table = league_of(edition, None).table()
            table.template_name = "django_tables2/table.html"
            table.as_html(request)

        client = Client(headers={"host": "127.0.0.1"})
        address = "/bench/2024/g/"
        assert client.get(address).status_code == 200
        anew = cpu(partial(client.get, address), before=caches["pages"].clear)
        own = cpu(own_template)
        print(
            f"A league table of 31 units made anew: {anew:.2f} ms of CPU, the whole page with its "
            f"charts = {anew / own:.2f} x the table alone by django-tables2's own template "
            f"({own:.2f} ms)"
        )


@contextmanager
def routed_to_bare():
    from django.test import override_settings

    with override_settings(ROOT_URLCONF="tests.load.urls"):
        yield


def cpu(action, times=30, before=lambda: None):
    """Return the median milliseconds of CPU that ``action`` takes, once warm, after ``before``."""
    action()
    taken = []
    for __ in range(times):
        before()
        start = time.process_time()
        action()
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


def count(action):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        action()
    return len(queries)


def served():
    """Print requests per second under gunicorn, a page against a bare answer of its size."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--workers=2", "--threads=2", "--worker-class=gthread",
         f"--bind=127.0.0.1:{port}", "--log-level=error", "tests.load.wsgi"],
        cwd=ROOT, env=environment,
    )  # fmt: skip
    try:
        base = f"http://127.0.0.1:{port}"
        size = len(wait_for(base + SMALL))
        bare = rate(f"{base}/bare/{size}/")
        print(f"Requests per second under gunicorn: a bare answer of {size} bytes {bare:.0f}")
        for address in [SMALL, PAGE]:
            wait_for(base + address)
            found = rate(base + address)
            print(f"  {address:36} {found:7.0f}  = {found / bare:.3f} x bare")
    finally:
        server.terminate()
        server.wait()


def wait_for(address):
    for __ in range(100):
        try:
            return urllib.request.urlopen(address).read()
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{address} does not answer: run make demo once, for its data")


def rate(address):
    """Return the requests per second of four connections over some seconds."""
    if shutil.which("wrk"):
        output = subprocess.run(
            ["wrk", "-t1", "-c4", f"-d{SECONDS}", address], capture_output=True, text=True
        ).stdout
        return float(output.split("Requests/sec:")[1].split()[0])
    answered, until = [0] * 4, time.monotonic() + SECONDS

    def ask(place):
        while time.monotonic() < until:
            urllib.request.urlopen(address).read()
            answered[place] += 1

    threads = [threading.Thread(target=ask, args=[place]) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(answered) / SECONDS


def a_framework(units, leaves):
    """Return a new framework of ``units`` scorecards and ``leaves`` leaves, without scores."""
    from scorecards import assessing
    from scorecards.models import ClassBand, Criterion, Framework
    from units.models import Authority, Unit, UnitGroup

    authority = Authority.objects.create(slug="bench", name="Bench", place="Bench")
    group = UnitGroup.objects.create(authority=authority, slug="g", name="G", kind="commune")
    Unit.objects.bulk_create(
        Unit(authority=authority, kind="commune", code=f"u{i}", slug=f"u{i}", name=f"Xã số {i}")
        for i in range(units)
    )
    framework = Framework.objects.create(group=group, year=2024, title="Bench")
    Criterion.objects.bulk_create(
        Criterion(framework=framework, number=f"{i + 1}", position=i, title=f"Tiêu chí {i}",
                  max_points=Decimal(100))
        for i in range(leaves)
    )  # fmt: skip
    ClassBand.objects.create(framework=framework, position=1, name="Tốt", floor=Decimal(80))
    ClassBand.objects.create(framework=framework, position=2, name="Khá")
    assessing.open_scorecards(framework, authority.units.all())
    return framework


@contextmanager
def rolled_back():
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def sealing(units, leaves=95):
    """Print the time and the queries of sealing one framework."""
    from scorecards import assessing, publishing

    with rolled_back():
        framework = a_framework(units, leaves)
        criteria = list(framework.criteria.all())
        entries = [
            assessing.Entry(card.pk, leaf.pk, {"awarded": Decimal(50 + card.pk % 40)})
            for card in framework.scorecards.all()
            for leaf in criteria
        ]
        wrote = timed(lambda: assessing.enter(framework, entries))
        sealed, queries = [], []
        start = time.perf_counter()
        queries.append(count(lambda: sealed.append(publishing.seal(framework, acknowledged=True))))
        took = time.perf_counter() - start
        print(
            f"Seal {units} units x {leaves} leaves: {took:.2f} s, {queries[0]} queries "
            f"(= {took / wrote:.1f} x entering the same scores, {wrote:.2f} s)"
        )


def importing(units, leaves):
    """Print the time and the memory of importing a workbook of ``units`` × ``leaves`` scores."""
    import xlsxwriter

    from scorecards import importing

    with rolled_back():
        framework = a_framework(units, leaves)
        output = io.BytesIO()
        workbook = xlsxwriter.Workbook(output)
        sheet = workbook.add_worksheet()
        heads = ["Tổng điểm"] if leaves == 1 else [str(i + 1) for i in range(leaves)]
        sheet.write_row(0, 0, ["Mã đơn vị", "Tên đơn vị", *heads])
        for i in range(units):
            sheet.write_row(i + 1, 0, [f"u{i}", f"Xã số {i}", *[75.25] * leaves])
        workbook.close()
        queries = []
        took = timed(
            lambda: queries.append(
                count(lambda: importing.apply(framework, output.getvalue(), "b.xlsx", by=None))
            )
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"Import {units} x {leaves}: {took:.2f} s, {queries[0]} queries, "
            f"{took / (units * leaves) * 1000:.3f} ms a score; peak {peak:.0f} MB"
        )


def documents(units):
    """Print the time and the memory of every document of one edition of ``units`` rows."""
    from scorecards import assessing, publishing
    from scorecards.exports import annex, annex_xlsx, docx, pdf
    from scorecards.models.publication import Edition

    with rolled_back():
        framework = a_framework(units, 1)
        leaf = framework.criteria.get()
        entries = [
            assessing.Entry(card.pk, leaf.pk, {"awarded": Decimal(5000 + card.pk % 4000) / 100})
            for card in framework.scorecards.all()
        ]
        assessing.enter(framework, entries)
        sealed = publishing.seal(framework, acknowledged=True)
        edition = Edition.objects.with_context().get(pk=sealed.pk)
        acts = annex.describe([edition], address_of=annex.addressing("http://localhost"))
        makers = {
            "docx": partial(docx.write, acts),
            "xlsx": partial(annex_xlsx.write, acts),
            "pdf": partial(annex.in_vietnamese(lambda: pdf._made(pdf._library(), pdf._page(acts)))),
        }
        for name, make in makers.items():
            took, peak, size = apart(make)
            print(
                f"Document {name} of {units} units: {took:.2f} s, {took / units * 1000:.2f} ms a "
                f"unit, {size / 1024:.0f} kB; peak {peak:.0f} MB"
            )


def apart(make):
    """Return seconds, peak MB and bytes of ``make`` in a process of its own."""
    import json

    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        made = []
        took = timed(lambda: made.append(make()))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        os.write(writer, json.dumps([took, peak, len(made[0])]).encode())
        os._exit(0)
    os.waitpid(child, 0)
    return json.loads(os.read(reader, 200))


def scale(leaves, years=10):
    """Print what each page takes, made anew, in a database of many years against one of one."""
    from scorecards.management import national_data

    found = {}
    for size in (1, years):
        with rolled_back():
            began, rows = time.perf_counter(), 0
            for made in national_data.make(national_data.Size(years=size, leaves=leaves)):
                rows += made.results + made.points
            took = time.perf_counter() - began
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{size} national years of {leaves} leaves: {rows} rows in {took:.0f} s, "
                f"{rows / took:.0f} a second; peak {peak:.0f} MB",
                flush=True,
            )
            found[size] = [of_page(address) for address in OF_THE_NATION]
    print(f"Pages made anew: the whole time on one year, on {years} years, as a ratio; queries")
    for address, one, many in zip(OF_THE_NATION, *found.values(), strict=True):
        print(
            f"  {address:60} {one[0]:7.2f} ms {many[0]:7.2f} ms {many[0] / one[0]:5.2f} x   "
            f"{one[1]} and {many[1]} queries"
        )


def of_page(address, times=9):
    """Return the median milliseconds of a page made anew, the database's included, and queries."""
    from django.core.cache import caches
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1"})
    ask = partial(client.get, address)
    taken = []
    for __ in range(times):
        caches["pages"].clear()
        taken.append(timed(ask) * 1000)
    caches["pages"].clear()
    queries = count(lambda: taken.append(ask().status_code == 200))
    assert taken.pop() is True, address
    return statistics.median(taken), queries


def timed(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
