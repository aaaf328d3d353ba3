package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RateLimiterTest {
  @Test
  void client_mayAskForASecondsWorthAtOnce() {
    RateLimiter limiter = new RateLimiter(3);
    for (int i = 0; i < 3; i++) {
      assertEquals(0, limiter.secondsToWait("a"));
    }
    assertEquals(1, limiter.secondsToWait("a"));
    assertEquals(0, limiter.secondsToWait("b"));
  }

  @Test
  void rateBelowOne_isAPauseOfSeconds() {
    RateLimiter limiter = new RateLimiter(0.1);
    assertEquals(0, limiter.secondsToWait("a"));
    long seconds = limiter.secondsToWait("a");
    assertTrue(seconds >= 9 && seconds <= 10, () -> seconds + " s");
  }

  @Test
  void clientsNotSeenForLongest_areForgotten() {
    RateLimiter limiter = new RateLimiter(0.001, 2);
    assertEquals(0, limiter.secondsToWait("a"));
    assertEquals(0, limiter.secondsToWait("b"));
    assertTrue(limiter.secondsToWait("a") > 0);
    assertEquals(0, limiter.secondsToWait("c")); // b goes
    assertTrue(limiter.secondsToWait("a") > 0);
    assertEquals(0, limiter.secondsToWait("b"));
  }
}
