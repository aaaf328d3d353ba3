package org.betavae.serve;

import java.time.Duration;
import java.util.Objects;

/**
 * What clients may ask for. Start from {@link #defaults()} and change what differs with {@code
 * withX}.
 *
 * @param bodyBytes largest body of a request
 * @param pixels most pixels of a picture, judged by its header before it is decoded
 * @param items most images or latents in one request, in or out
 * @param requestsPerSecond for each client (its token, or else its address); 0 for any number
 * @param pending requests under way at once; one more is told to come back
 * @param connections open at once; one more waits until another ends
 * @param idle how long a connection may be silent
 * @param body how long the body of a request may take to arrive
 */
public record Limits(
    int bodyBytes,
    long pixels,
    int items,
    double requestsPerSecond,
    int pending,
    int connections,
    Duration idle,
    Duration body) {
  /** 256 images of 64x64 as float32 and some more; as JSON about 100. */
  private static final int BODY_BYTES = 16 << 20;

  /** A photograph of today's cameras; 67 MB while it is decoded. */
  private static final long PIXELS = 16_777_216;

  private static final int ITEMS = 1024;

  /** More than clients of one machine have open, and memory for the bodies of all. */
  private static final int PENDING = 1024;

  private static final int CONNECTIONS = 4096;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Checks the values. */
  public Limits {
    atLeastOne("bodyBytes", bodyBytes);
    atLeastOne("pixels", pixels);
    atLeastOne("items", items);
    atLeastOne("pending", pending);
    atLeastOne("connections", connections);
    if (!(requestsPerSecond >= 0 && requestsPerSecond <= 1e6)) {
      throw new IllegalArgumentException(
          "requestsPerSecond is "
              + requestsPerSecond
              + ", expected 0 to 1000000. Use 0 for any number.");
    }
    positive("idle", idle);
    positive("body", body);
  }

  /**
   * Bodies of 16 MiB, pictures of 16.8 million pixels, 1,024 items, any rate, 1,024 requests under
   * way, 4,096 connections, 30 seconds of silence and for a body.
   */
  public static Limits defaults() {
    return new Limits(BODY_BYTES, PIXELS, ITEMS, 0, PENDING, CONNECTIONS, PATIENCE, PATIENCE);
  }

  private static void atLeastOne(String what, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          what + " is " + value + ", expected 1 or more. Leave it out for the default.");
    }
  }

  private static void positive(String what, Duration value) {
    Objects.requireNonNull(value, what);
    if (value.isZero() || value.isNegative() || value.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(
          what + " is " + value + ", expected more than 0 and at most a day. Use 30 seconds.");
    }
  }

  /** The same with another largest body. */
  public Limits withBodyBytes(int value) {
    return new Limits(value, pixels, items, requestsPerSecond, pending, connections, idle, body);
  }

  /** The same with another number of pixels. */
  public Limits withPixels(long value) {
    return new Limits(bodyBytes, value, items, requestsPerSecond, pending, connections, idle, body);
  }

  /** The same with another number of items. */
  public Limits withItems(int value) {
    return new Limits(
        bodyBytes, pixels, value, requestsPerSecond, pending, connections, idle, body);
  }

  /** The same with another rate. */
  public Limits withRequestsPerSecond(double value) {
    return new Limits(bodyBytes, pixels, items, value, pending, connections, idle, body);
  }

  /** The same with another number of requests under way. */
  public Limits withPending(int value) {
    return new Limits(bodyBytes, pixels, items, requestsPerSecond, value, connections, idle, body);
  }

  /** The same with another number of connections. */
  public Limits withConnections(int value) {
    return new Limits(bodyBytes, pixels, items, requestsPerSecond, pending, value, idle, body);
  }

  /** The same with another time of silence. */
  public Limits withIdle(Duration value) {
    return new Limits(
        bodyBytes, pixels, items, requestsPerSecond, pending, connections, value, body);
  }

  /** The same with another time for a body. */
  public Limits withBody(Duration value) {
    return new Limits(
        bodyBytes, pixels, items, requestsPerSecond, pending, connections, idle, value);
  }
}
