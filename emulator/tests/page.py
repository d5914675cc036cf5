"""Drives the page of `lambda_local`, and a function URL, by headless Chromium.

Usage: page.py [--screenshots FOLDER] COMMAND…. The command serves examples/hello as the function `hello`; it is given
further arguments. Needs the package selenium, and the programs that CHROMIUM and CHROMEDRIVER name.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from selenium import webdriver  # type: ignore[import-not-found, unused-ignore]
from selenium.webdriver.common.by import By  # type: ignore[import-not-found, unused-ignore]
from selenium.webdriver.common.keys import Keys  # type: ignore[import-not-found, unused-ignore]
from selenium.webdriver.support.ui import Select, WebDriverWait  # type: ignore[import-not-found, unused-ignore]

# The sizes of a laptop's and of a telephone's window.
WIDE = (1440, 900)
NARROW = (390, 844)

# As WCAG asks for text.
LEAST_CONTRAST = 4.5

# The contrast of each text with what is behind it, as far as that is plain.
CONTRASTS = """
const numbers = (color) => color.match(/[0-9.]+/g).map(Number);
const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const light = (color) => {
  const [r, g, b] = numbers(color).map((v) => linear(v / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (one) => {
  const color = getComputedStyle(one).backgroundColor;
  return numbers(color)[3] === 0 && one.parentElement ? behind(one.parentElement) : color;
};
const texts = [...document.querySelectorAll("body *")].filter(
  (one) => one.offsetParent && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()),
);
return texts.map((one) => {
  const [low, high] = [light(getComputedStyle(one).color), light(behind(one))].sort((a, b) => a - b);
  return [(high + 0.05) / (low + 0.05), one.outerHTML.slice(0, 80)];
});
"""

# A site of two pages, which counts a browser's visits in a cookie.
SITE = """
def handler(event, context):
    cookies = dict(cookie.split("=", 1) for cookie in event.get("cookies", []))
    visits = int(cookies.get("visits", 0)) + (event["rawPath"] != "/favicon.ico")
    return {
        "statusCode": 200,
        "headers": {"content-type": "text/html"},
        "cookies": [f"visits={visits}; Path=/"],
        "body": f"<p id=path>{event['rawPath']}</p><p id=visits>{visits}</p><a href=/next/page>next</a>",
    }
"""


@contextmanager
def served(command: list[str], *arguments: str) -> Iterator[int]:
    """Runs `lambda_local`, and yields its port."""
    # Without a line of input: what is said on it is ibazel's.
    with subprocess.Popen(
        [*command, "--port", "0", *arguments], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        port = 0
        for line in process.stderr:
            print(line, end="", file=sys.stderr)
            if found := re.search(r"http://localhost:(\d+)", line):
                port = int(found[1])
                break
        assert port, "the server has not said its port"
        # Read, so that it is never kept waiting.
        Thread(target=sys.stderr.writelines, args=[process.stderr], daemon=True).start()
        try:
            yield port
        finally:
            process.terminate()


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """Runs Chromium with a profile of its own, which the driver makes."""
    options = webdriver.ChromeOptions()
    options.binary_location = os.environ["CHROMIUM"]
    # As root, and in a container's small /dev/shm.
    for argument in ["headless", "hide-scrollbars", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"]:
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    libraries = os.environ.get("CHROMIUM_LIBRARY_PATH") or os.environ.get("LD_LIBRARY_PATH", "")
    environment = os.environ | {"LD_LIBRARY_PATH": libraries}
    service = webdriver.ChromeService(os.environ["CHROMEDRIVER"], env=environment)
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()


class Page:
    """The page, as who uses it sees it."""

    def __init__(self, driver: webdriver.Chrome, port: int, command: list[str], screenshots: Path | None) -> None:
        self.driver = driver
        self.port = port
        self.command = command
        self.screenshots = screenshots

    def open(self) -> None:
        """Loads the page, anew if it was loaded before."""
        # The driver loses its page if it is reloaded while it still loads.
        self.driver.get("about:blank")
        self.driver.get(f"http://localhost:{self.port}/")
        self.wait(lambda: self.text("name") == "hello" and len(self.commands()) == 3)

    def size(self, width: int, height: int) -> None:
        """Gives the window a size, in CSS's pixels."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1.5, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def dark(self, is_dark: bool) -> None:
        """Has the system prefer a dark page, or a light one."""
        feature = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def screenshot(self, name: str) -> None:
        """Writes what is seen to a file, if that is wanted."""
        if self.screenshots:
            self.driver.execute_script("scrollTo(0, 0)")
            assert self.driver.save_screenshot(str(self.screenshots / f"{name}.png"))

    def text(self, name: str) -> str:
        """The text of an element that is seen."""
        return str(self.driver.find_element(By.ID, name).text)

    def wait(self, condition: Callable[[], bool]) -> None:
        """Waits until a condition holds."""
        WebDriverWait(self.driver, 20).until(lambda _: condition())

    def commands(self) -> list[str]:
        """The lines for a terminal."""
        return [code.text for code in self.driver.find_elements(By.CSS_SELECTOR, "#commands code")]

    def rows(self) -> list[str]:
        """The list of invocations, the newest first."""
        script = "return [...document.querySelectorAll('#history tr')].map((row) => row.innerText)"
        return [" ".join(text.split()) for text in self.driver.execute_script(script)]

    def write(self, event: str) -> None:
        """Writes an event."""
        area = self.driver.find_element(By.ID, "event")
        area.clear()
        area.send_keys(event)

    def choose(self, event: str) -> None:
        """Chooses an event."""
        Select(self.driver.find_element(By.ID, "events")).select_by_visible_text(event)

    def send(self) -> None:
        """Sends the event, and waits for what comes of it."""
        before = self.rows()
        self.driver.find_element(By.ID, "event").send_keys(Keys.CONTROL, Keys.ENTER)
        self.wait(lambda: len(self.rows()) > len(before) and "ms" in self.rows()[0] and self.text("status") != "")

    def box(self, name: str) -> dict[str, float]:
        """Where an element is, by the page's start."""
        return dict(self.driver.find_element(By.ID, name).rect)

    def readable(self) -> None:
        """All text has contrast, and nothing is wider than the window."""
        weak = [found for found in self.driver.execute_script(CONTRASTS) if found[0] < LEAST_CONTRAST]
        assert not weak, weak
        widths = "const root = document.documentElement; return [root.scrollWidth, root.clientWidth]"
        scrolled, seen = self.driver.execute_script(widths)
        assert scrolled <= seen, (scrolled, seen)


def first_screen(page: Page) -> None:
    """What to do is seen at once, and the lines can be run."""
    page.size(*WIDE)
    page.open()
    assert "index.handler" in page.text("facts")
    aws, curl, url = page.commands()
    event = '{"name": "Ada"}'
    for line in [aws, curl]:
        assert f"'{event}'" in line and str(page.port) in line and "hello" in line, line
    assert aws.startswith("aws lambda invoke") and url == f"curl http://hello.localhost:{page.port}/", (aws, url)
    bottom = page.box("terminal")["y"] + page.box("terminal")["height"]
    assert bottom < WIDE[1], bottom
    assert "Send the event" in page.text("hint") and not page.rows()

    names = [option.text for option in Select(page.driver.find_element(By.ID, "events")).options]
    assert names[:3] == ["Own event", "ada", "empty"] and "sqs" in names, names
    assert not [name for name in names if name.endswith((".response", ".error"))], names
    page.screenshot("first")

    # A long event is in a file, one with an apostrophe is quoted.
    page.choose("sqs")
    assert "@event.json" in page.commands()[1], page.commands()
    page.write('{"name": "O\'Hara"}')
    line = page.commands()[1].replace("curl ", "curl --silent ", 1)
    chosen = Select(page.driver.find_element(By.ID, "events")).first_selected_option
    assert chosen.get_property("textContent") == "Own event", chosen
    answer = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True).stdout
    assert json.loads(answer) == {"message": "Hello, O'Hara!"}, answer
    page.wait(lambda: len(page.rows()) == 1 and "curl" in page.rows()[0])


def sending(page: Page) -> None:
    """Events that succeed and fail, and wrong ones."""
    page.choose("ada")
    page.send()
    assert page.text("status") == "✓ Succeeded" and "Hello, Ada!" in page.text("response"), page.text("result")
    assert "REPORT RequestId" in page.text("log") and "Memory" in page.text("times"), page.text("result")
    assert re.search(r"Succeeded hello ada page .* ms 15 B \d+ B", page.rows()[0]), page.rows()

    page.choose("empty")
    page.send()
    assert page.text("status") == "✗ Failed" and "`name` is empty" in page.text("response"), page.text("result")
    assert page.rows()[0].startswith("✗ Failed hello empty page"), page.rows()

    # A wrong event leads to the place, and leaves no other's result.
    count = len(page.rows())
    page.write('{\n  "name": "\N{LATIN SMALL LETTER A WITH DIAERESIS}", nul')
    page.driver.find_element(By.ID, "send").click()
    page.wait(lambda: "not valid JSON, line 2, column 16" in page.text("problem"))
    assert not page.driver.find_element(By.ID, "answer").is_displayed() and page.text("status") == ""
    assert page.driver.switch_to.active_element.get_attribute("id") == "event"
    page.screenshot("wrong")
    assert len(page.rows()) == count


def listing(page: Page) -> None:
    """Invocations of other programs, and those of before the page was loaded."""
    before = len(page.rows())
    hello = f"http://localhost:{page.port}"
    request = urllib.request.Request(f"{hello}/url/hello/path?a=b", data=b"{}")
    try:
        urllib.request.urlopen(request).close()
    except urllib.error.HTTPError as error:
        assert error.code == 502, error
    page.wait(lambda: len(page.rows()) == before + 1)
    assert "POST /path?a=b URL, Python-urllib" in page.rows()[0], page.rows()

    arguments = ["--port", str(page.port), "invoke", "-"]
    subprocess.run([*page.command, *arguments], input='{"name": "Bob"}', text=True, check=True, capture_output=True)
    page.wait(lambda: len(page.rows()) == before + 2)
    assert "\N{EN DASH} invoke" in page.rows()[0], page.rows()

    kept = page.rows()
    page.open()
    page.wait(lambda: page.rows() == kept)

    # By the keyboard alone: the first of the list, with its event; it is shown after the page is loaded anew.
    page.driver.execute_script("document.querySelector('#history button').focus()")
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    page.wait(lambda: "Hello, Bob!" in page.text("response"))
    assert page.driver.find_element(By.ID, "event").get_property("value") == '{"name": "Bob"}'
    page.open()
    page.wait(lambda: "Hello, Bob!" in page.text("response"))


def widths(page: Page) -> None:
    """The response is beside the event where there is room, and below it where there is none."""
    page.choose("ada")
    page.send()
    for size, name in [(WIDE, "wide"), (NARROW, "narrow")]:
        page.size(*size)
        for is_dark in [False, True]:
            page.dark(is_dark)
            page.readable()
            page.screenshot(f"{name}{'_dark' if is_dark else ''}")
        page.dark(False)
        event, response = page.box("sending"), page.box("result")
        if size == WIDE:
            assert response["y"] == event["y"] and response["x"] >= event["x"] + event["width"], (event, response)
        else:
            assert response["x"] == event["x"] and response["y"] >= event["y"] + event["height"], (event, response)
    if page.screenshots:
        page.size(NARROW[0], int(page.driver.execute_script("return document.documentElement.scrollHeight")))
        page.screenshot("narrow_whole")


def several(driver: webdriver.Chrome, command: list[str], screenshots: Path | None) -> None:
    """Events are grouped by the functions that they are for."""
    with tempfile.TemporaryDirectory() as folder:
        files = ["orders.json", "orders_two.json", "stock/new.json", "any.json", "any.response.json"]
        arguments = ["--handler", "orders=index.handler", "--handler", "stock=index.handler"]
        for file in files:
            path = Path(folder) / file
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps({"name": path.stem}))
            arguments += ["--event", str(path)]
        with served(command, *arguments) as port:
            page = Page(driver, port, command, screenshots)
            page.size(*WIDE)
            driver.get(f"http://localhost:{port}/#orders")
            page.wait(lambda: page.text("name") == "orders" and len(page.commands()) == 3)
            script = """return [...document.querySelectorAll("optgroup")].map(
                (group) => [group.label, [...group.children].map((option) => option.textContent)])"""
            groups = dict(driver.execute_script(script))
            assert groups["Events of orders"] == ["orders", "orders_two"], groups
            assert groups["Events of stock"] == ["new"] and groups["Saved events"][-1] == "any", groups
            # An event brings its function, and a function its event.
            page.choose("new")
            assert page.text("name") == "stock" and "/stock/" in page.commands()[1], page.commands()
            page.send()
            driver.find_element(By.XPATH, "//nav//button[.='orders']").click()
            assert not driver.find_element(By.ID, "answer").is_displayed()
            assert driver.find_element(By.ID, "event").get_property("value") == '{"name": "orders"}'
            page.screenshot("several")


def site(driver: webdriver.Chrome, command: list[str]) -> None:
    """A function URL's links lead to the function itself, and its cookies come back to it, and to no other."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "site.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("index.py", SITE)
        with served(command, "--zip", str(path), "--handler", "other=index.handler") as port:

            def shown(name: str) -> str:
                return str(driver.find_element(By.ID, name).text)

            driver.get(f"http://hello.localhost:{port}/")
            assert shown("visits") == "1", shown("visits")
            driver.find_element(By.LINK_TEXT, "next").click()
            WebDriverWait(driver, 20).until(lambda _: shown("path") == "/next/page")
            assert shown("visits") == "2", shown("visits")
            driver.get(f"http://other.localhost:{port}/")
            assert shown("visits") == "1", shown("visits")


def main() -> None:
    """Runs all checks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--screenshots", type=Path)
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    with browser() as driver:
        with served(arguments.command) as port:
            page = Page(driver, port, arguments.command, arguments.screenshots)
            checks = [first_screen, sending, listing, widths]
            for check in checks:
                check(page)
            entries = driver.get_log("browser")  # type: ignore[no-untyped-call, unused-ignore]
        several(driver, arguments.command, arguments.screenshots)
        site(driver, arguments.command)
        # The page has sent a wrong event, and the browser says so.
        problems = [one for one in entries if one["level"] == "SEVERE" and "status of 400" not in one["message"]]
        assert not problems, problems
    print(f"{len(checks) + 2} passed, 0 failed")


if __name__ == "__main__":
    main()
