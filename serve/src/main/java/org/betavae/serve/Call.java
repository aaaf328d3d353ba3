package org.betavae.serve;

import io.javalin.http.Context;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What endpoints ask of a request. */
final class Call {
  static final String OCTETS = "application/octet-stream";
  static final String JSON = "application/json";
  static final String PNG = "image/png";
  static final String JPEG = "image/jpeg";
  private static final byte[] NOTHING = {};

  private final Context context;

  Call(Context context) {
    this.context = context;
  }

  /** The whole body, which {@link BodyReader} has read. */
  byte[] body() {
    byte[] body = context.attribute(BodyReader.BODY);
    return body == null ? NOTHING : body;
  }

  /** The body's media type in small letters, without parameters; empty when there is none. */
  String contentType() {
    return mediaType(context.req().getContentType());
  }

  /** Refuses a compressed body: a small one may hold any amount. */
  void refuseEncodings() {
    String encoding = context.header("Content-Encoding");
    if (encoding != null && !encoding.isBlank() && !encoding.strip().equals("identity")) {
      throw new Problem(
          ProblemType.WRONG_TYPE,
          "Content-Encoding is '" + encoding + "', expected none. Send the body as it is.");
    }
  }

  /**
   * Refuses a query with other parameters than these, or one of them twice: what is misspelt would
   * have no effect, and go unseen.
   */
  void allowQuery(String... names) {
    String query = context.queryString();
    if (query == null) {
      return;
    }
    Set<String> seen = new HashSet<>();
    for (String part : query.split("&", -1)) {
      String name = decoded(query, part.split("=", 2)[0]);
      if (!part.isEmpty() && (!List.of(names).contains(name) || !seen.add(name))) {
        throw new Problem(
            ProblemType.WRONG_INPUT,
            "The query has '"
                + name
                + (seen.contains(name) ? "' twice" : "'")
                + ", expected only "
                + String.join(", ", names)
                + ", each once. Remove or rename it.");
      }
      decoded(query, part);
    }
  }

  private static String decoded(String query, String part) {
    try {
      return URLDecoder.decode(part, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Problem(
          ProblemType.WRONG_INPUT,
          "The query is '"
              + query
              + "', expected two hexadecimal digits behind every percent sign. Encode it again.");
    }
  }

  /** A parameter of the query, or null. */
  String query(String name) {
    return context.queryParam(name);
  }

  /** A whole number in the query. */
  int queryNumber(String name, int fallback, int smallest, int largest) {
    String text = query(name);
    if (text == null) {
      return fallback;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= smallest && value <= largest) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Answered below, like a number out of range.
    }
    throw new Problem(
        ProblemType.WRONG_INPUT,
        name
            + " is '"
            + text
            + "', expected a whole number from "
            + smallest
            + " to "
            + largest
            + ". Leave it out for "
            + fallback
            + ".");
  }

  /**
   * The media type to answer with: the one of those offered that the client likes best, the first
   * where it does not care.
   *
   * @throws Problem if it wants none of them
   */
  String answerType(List<String> offered) {
    String accept = context.header("Accept");
    if (accept == null || accept.isBlank()) {
      return offered.get(0);
    }
    String best = null;
    double bestQuality = 0;
    for (String type : offered) {
      double quality = quality(accept, type);
      if (quality > bestQuality) {
        best = type;
        bestQuality = quality;
      }
    }
    if (best == null) {
      throw new Problem(
          ProblemType.NOT_ACCEPTABLE,
          "Accept is '"
              + accept
              + "', expected one of "
              + String.join(", ", offered)
              + ". Ask for one of these.");
    }
    return best;
  }

  /** RFC 9110, section 12.5.1: the most specific range that fits counts. */
  private static double quality(String accept, String type) {
    double quality = 0;
    int specific = -1;
    for (String range : accept.split(",", -1)) {
      String name = mediaType(range);
      int fit =
          name.equals(type)
              ? 2
              : name.equals(type.substring(0, type.indexOf('/')) + "/*")
                  ? 1
                  : name.equals("*/*") ? 0 : -1;
      if (fit > specific) {
        specific = fit;
        quality = weight(range);
      }
    }
    return quality;
  }

  private static double weight(String range) {
    for (String parameter : range.split(";", -1)) {
      String text = parameter.strip().toLowerCase(Locale.ROOT);
      if (text.startsWith("q=")) {
        try {
          return Double.parseDouble(text.substring(2));
        } catch (NumberFormatException e) {
          return 0;
        }
      }
    }
    return 1;
  }

  private static String mediaType(String header) {
    if (header == null) {
      return "";
    }
    int end = header.indexOf(';');
    return (end < 0 ? header : header.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  /** Answers with a whole body. */
  void answer(String contentType, byte[] body) {
    context.contentType(contentType);
    context.result(body);
  }

  /** Answers with a stream, which is closed at its end. */
  void answer(String contentType, InputStream body) {
    context.contentType(contentType);
    context.result(body);
  }

  /**
   * Answers when the work is done.
   *
   * @param wait whether this thread waits for it, which is the sooner way; else it goes on to other
   *     requests
   */
  void answerAfter(CompletableFuture<Void> work, boolean wait) {
    if (wait || work.isDone()) {
      try {
        work.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof RuntimeException cause ? cause : e;
      }
    } else {
      context.future(() -> work);
    }
  }

  /** Sends the client elsewhere. */
  void redirect(String location) {
    context.status(302);
    context.header("Location", location);
  }

  /** Adds a header to the answer. */
  void header(String name, String value) {
    context.header(name, value);
  }
}
