package org.betavae.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** One visit of the page, in a browser window of its own; asserts at its end what holds always. */
final class Visit implements AutoCloseable {
  /** A machine that does much else at the same time is slow. */
  private static final double PATIENCE_MS = 120_000;

  private final BrowserContext context;
  private final Page page;
  private String origin;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> failures = new CopyOnWriteArrayList<>();

  private Visit(Browser.NewContextOptions options) {
    context = Chromium.get().newContext(options);
    context.setDefaultTimeout(PATIENCE_MS);
    context.onRequest(request -> requests.add(request.url()));
    page = context.newPage();
    page.onPageError(failures::add);
  }

  /** Goes to an address, which becomes the only one that may be asked for anything. */
  void go(String url) {
    origin = url.substring(0, url.indexOf('/', "http://".length()) + 1);
    page.navigate(url);
  }

  /** Opens the page and waits for its first picture. */
  static Visit of(String url) {
    return of(url, new Browser.NewContextOptions());
  }

  static Visit of(String url, Browser.NewContextOptions options) {
    Visit visit = open(url, options);
    visit.awaitPicture();
    return visit;
  }

  /** A window without a page yet. */
  static Visit blank(Browser.NewContextOptions options) {
    return new Visit(options);
  }

  /** Opens the page, which may show an error in place of a model. */
  static Visit open(String url, Browser.NewContextOptions options) {
    Visit visit = blank(options);
    visit.go(url);
    return visit;
  }

  Page page() {
    return page;
  }

  /** Every address that was asked for. */
  List<String> requests() {
    return requests;
  }

  Locator byId(String id) {
    return page.locator("#" + id);
  }

  Locator slider(int latent) {
    return byId("z" + latent);
  }

  String text(String id) {
    return byId(id).textContent();
  }

  void awaitPicture() {
    page.waitForFunction("() => globalThis.betavae?.values");
    settle();
  }

  /** Waits until nothing is decoded any more. */
  void settle() {
    page.waitForFunction("() => globalThis.betavae.idle");
  }

  /** Waits until a text is shown by an element. */
  void awaitText(String id, String part) {
    page.waitForFunction(
        "([id, part]) => document.getElementById(id).textContent.includes(part)",
        List.of(id, part));
  }

  /** The decoded values in full precision. */
  float[] values() {
    return numbers("() => Array.from(globalThis.betavae.values)");
  }

  float[] latents() {
    return numbers("() => Array.from(globalThis.betavae.latents)");
  }

  /** Red, green and blue of a canvas, 0 to 255, row by row. */
  float[] pixels(String selector) {
    return numbers(
        """
        selector => {
          const c = document.querySelector(selector);
          const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
          return Array.from(d).filter((_, i) => i % 4 !== 3);
        }""",
        selector);
  }

  float[] numbers(String script, Object... argument) {
    Object result =
        argument.length == 0 ? page.evaluate(script) : page.evaluate(script, argument[0]);
    List<?> list = (List<?>) result;
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = ((Number) list.get(i)).floatValue();
    }
    return values;
  }

  /** Drops a file onto the page, as a person does with the mouse. */
  void drop(String name, String type, byte[] content) {
    page.evaluate(
        """
        ([name, type, base64]) => {
          const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], name, { type }));
          for (const kind of ['dragenter', 'dragover', 'drop']) {
            document.body.dispatchEvent(
                new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
          }
        }""",
        List.of(name, type, Base64.getEncoder().encodeToString(content)));
  }

  @Override
  public void close() {
    context.close();
    assertEquals(
        List.of(),
        requests.stream()
            .filter(url -> !url.startsWith(origin) && !url.startsWith("blob:" + origin))
            .filter(url -> !url.startsWith("data:"))
            .toList(),
        "requests to other addresses than " + origin);
    assertEquals(List.of(), failures, "uncaught errors of the page");
  }
}
