"""Draw the pictures of these documents anew: `python docs/make_pictures.py` (needs Chromium).

Needs Playwright and an installed Chromium; the pages come from the examples and from a model.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent
ROOT = DOCS.parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(found for name in NAMES if (found := shutil.which(name)))

QUESTIONS = ("rounded", "masked", "dead", "shrinking", "training")
TEXTS = ("program", "derivation", "compare", "check")

MODEL = """
import numpy as np, tensortape as tf
keras = tf.keras
keras.utils.set_random_seed(0)
model = keras.Sequential([
    keras.Input((12, 12, 1)),
    keras.layers.Conv2D(4, 3, activation="relu", name="conv_1"),
    keras.layers.MaxPooling2D(name="pool"),
    keras.layers.Conv2D(8, 3, activation="relu", name="conv_2"),
    keras.layers.BatchNormalization(name="norm"),
    keras.layers.Flatten(name="flatten"),
    keras.layers.Dense(16, activation="relu", name="hidden"),
    keras.layers.Dense(3, name="logits"),
], name="classifier")
images = np.random.default_rng(0).normal(size=(8, 12, 12, 1)).astype("float32")
labels = np.arange(8) % 3

with tf.examine() as ex:
    with tf.GradientTape() as tape:
        logits = model(images, training=True)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        loss = tf.reduce_mean(losses)
    tape.gradient(loss, model.trainable_variables)
ex.flow(loss, model.trainable_variables).html("flow.html")
"""


def main() -> None:
    """Make the pages in a temporary folder and photograph them."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "classifier.py").write_text(MODEL.lstrip())
        subprocess.run([sys.executable, "classifier.py"], cwd=folder, check=True)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        notebook = ROOT / "examples" / "descent_and_custom_gradients.report.html"
        photograph(browser, notebook, DOCS / "report.png", "#4.2")
        photograph(browser, notebook, DOCS / "report-phone.png", "#4.2", size=(390, 844))
        photograph(browser, folder / "flow.html", DOCS / "flow.png", "", "conv_2")
        subprocess.run([sys.executable, DOCS / "examine_pictures.py"], cwd=folder, check=True)
        for name in QUESTIONS:
            picture = DOCS / f"examine-{name}.png"
            photograph(browser, folder / f"{name}.html", picture, "", size=(1120, 560))
        for name in TEXTS:
            photograph(
                browser, folder / f"{name}.html", DOCS / f"examine-{name}.png", "", part=True
            )
        browser.close()


def photograph(
    browser, path: Path, picture: Path, address: str, opened: str = "", size=(1280, 860), part=False
) -> None:
    """One picture of a page, or of as much of it as has text."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(path.as_uri() + address)
    if page.locator("script").count():
        page.wait_for_selector("html[data-ready]")
    if opened:
        page.locator(f".node.run[data-run='{opened}']").click()
        page.locator(".node.op", has_text="BiasAdd").first.click()
    page.wait_for_timeout(300)
    shown = page.locator("main").first if part else page
    shown.screenshot(path=picture)
    page.close()


if __name__ == "__main__":
    main()
