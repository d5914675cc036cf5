"""Drives the page of `lambda_local`, and a function URL, by headless Chromium.

Usage: page.py EMULATOR RIC ZIP SCREENSHOT. ZIP is that of examples/hello; RIC is a folder with a folder for this
version of Python that holds awslambdaric. Needs the package selenium, and chromium with chromedriver on the PATH.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver  # type: ignore[import-not-found]
from selenium.webdriver.common.by import By  # type: ignore[import-not-found]
from selenium.webdriver.support.ui import Select, WebDriverWait  # type: ignore[import-not-found]

HELLO = Path(__file__).parents[2] / "examples/hello/testdata"

# A site of two pages, which counts a browser's visits in a cookie.
SITE = """
def handler(event, context):
    cookies = dict(cookie.split("=", 1) for cookie in event.get("cookies", []))
    visits = int(cookies.get("visits", 0)) + 1
    return {
        "statusCode": 200,
        "headers": {"content-type": "text/html"},
        "cookies": [f"visits={visits}; Path=/"],
        "body": f"<p id=path>{event['rawPath']}</p><p id=visits>{visits}</p><a href=/next/page>next</a>",
    }
"""


@contextmanager
def emulator(program: str, ric: str, *arguments: str) -> Iterator[int]:
    """Runs the emulator, and yields its port."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [program, "local", "--port", "0", "--runtime", f"python{version}"]
    command += ["--interpreter", sys.executable, "--ric", ric, *arguments]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        first = process.stderr.readline()
        try:
            yield int(first.rpartition("localhost:")[2].strip().rstrip("/"))
        finally:
            process.terminate()
            print(process.stderr.read(), file=sys.stderr)


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """Runs Chromium with a profile of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        for argument in [
            "headless",
            "no-sandbox",
            "disable-gpu",
            "disable-quic",
            "no-first-run",
            "disable-background-networking",
            "disable-component-update",
            "disable-sync",
            "force-device-scale-factor=1.5",
            "window-size=1100,840",
            f"user-data-dir={profile}",
        ]:
            options.add_argument(f"--{argument}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
        try:
            yield driver
        finally:
            driver.quit()


def page(driver: webdriver.Chrome, port: int, screenshot: str) -> None:
    """Sends events by the page."""
    driver.get(f"http://localhost:{port}/")

    def text(name: str) -> str:
        return str(driver.find_element(By.ID, name).text)

    def wait(condition: Callable[[], bool]) -> None:
        WebDriverWait(driver, 20).until(lambda _: condition())

    def send(event: str | None = None) -> None:
        if event is not None:
            area = driver.find_element(By.ID, "event")
            area.clear()
            area.send_keys(event)
        driver.find_element(By.ID, "send").click()

    def history() -> int:
        return len(driver.find_elements(By.CSS_SELECTOR, "#history li"))

    wait(lambda: text("name") == "hello" and "index.handler" in text("facts"))
    events = Select(driver.find_element(By.ID, "events"))
    names = [option.text for option in events.options]
    assert names[:2] == ["ada", "empty"] and "sqs" in names, names

    send()
    wait(lambda: history() == 1)
    assert text("status") == "Succeeded" and "Hello, Ada!" in text("response"), text("result")
    assert "REPORT RequestId" in text("log") and "Init" in text("times"), text("result")

    events.select_by_visible_text("empty")
    send()
    wait(lambda: history() == 2)
    assert text("status") == "Failed" and "`name` is empty" in text("response"), text("result")
    assert "Traceback" in text("log") and "Init" not in text("times"), text("result")

    send('{"name": ')
    wait(lambda: "not valid JSON" in text("problem"))
    assert history() == 2

    events.select_by_visible_text("sqs")
    assert "aws:sqs" in (driver.find_element(By.ID, "event").get_property("value") or "")

    # The first invocation is shown again.
    driver.find_elements(By.CSS_SELECTOR, "#history button")[1].click()
    assert text("status") == "Succeeded" and "Hello, Ada!" in text("response")

    events.select_by_visible_text("ada")
    send()
    wait(lambda: history() == 3)
    assert driver.save_screenshot(screenshot)
    problems = [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
    assert not problems, problems


def site(driver: webdriver.Chrome, port: int) -> None:
    """Follows a link of a function URL, and keeps its cookie."""
    driver.get(f"http://site.localhost:{port}/")
    assert driver.find_element(By.ID, "visits").text == "1"
    driver.find_element(By.LINK_TEXT, "next").click()
    WebDriverWait(driver, 20).until(lambda _: driver.find_element(By.ID, "path").text == "/next/page")
    assert int(driver.find_element(By.ID, "visits").text) > 1


def main() -> None:
    """Runs all checks."""
    program, ric, zip_path, screenshot = sys.argv[1:]
    saved = [argument for name in ["ada", "empty"] for argument in ["--event", str(HELLO / f"{name}.json")]]
    with browser() as driver, tempfile.TemporaryDirectory() as folder:
        with emulator(program, ric, "--zip", zip_path, "--handler", "hello=index.handler", *saved) as port:
            page(driver, port, screenshot)
        site_zip = Path(folder) / "site.zip"
        with zipfile.ZipFile(site_zip, "w") as archive:
            archive.writestr("index.py", SITE)
        with emulator(program, ric, "--zip", str(site_zip), "--handler", "site=index.handler") as port:
            site(driver, port)
    print("2 passed, 0 failed")


if __name__ == "__main__":
    main()
