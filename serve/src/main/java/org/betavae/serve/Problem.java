package org.betavae.serve;

import java.util.Map;

/** Ends a request with a problem; its message is the detail that the client reads. */
final class Problem extends RuntimeException {
  static final String CONTENT_TYPE = "application/problem+json";
  private static final long serialVersionUID = 1L;

  private final ProblemType type;
  private final int status;
  private final transient Map<String, String> headers;

  /**
   * @param detail what failed, the value, what was expected, what to do
   */
  Problem(ProblemType type, String detail) {
    this(type, detail, Map.of(), null);
  }

  /**
   * @param headers further headers of the answer
   * @param cause what the library below said, or null
   */
  Problem(ProblemType type, String detail, Map<String, String> headers, Throwable cause) {
    super(detail, cause, false, false); // a client's slip needs no stack trace
    this.type = type;
    this.status = type.status();
    this.headers = Map.copyOf(headers);
  }

  /** With another status than the usual one of its type. */
  Problem(ProblemType type, String detail, int status) {
    super(detail, null, false, false);
    this.type = type;
    this.status = status;
    this.headers = Map.of();
  }

  /** A problem that goes away: the client may come back after some seconds. */
  static Problem later(ProblemType type, String detail, long seconds) {
    return new Problem(type, detail, Map.of("Retry-After", Long.toString(seconds)), null);
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }

  /** RFC 9457. */
  byte[] json() {
    return JsonText.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("type", type.uri());
          json.writeStringField("title", type.title());
          json.writeNumberField("status", status);
          json.writeStringField("detail", getMessage());
          json.writeEndObject();
        });
  }
}
