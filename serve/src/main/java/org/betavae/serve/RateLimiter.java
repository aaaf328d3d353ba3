package org.betavae.serve;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A token bucket for each client: as many requests at once as come in a second, and so many a
 * second from then on. Clients not seen for longest are forgotten when there are many. Safe for
 * threads.
 */
final class RateLimiter {
  /** About 2 MB of buckets. */
  private static final int MOST_CLIENTS = 10_000;

  private final double perSecond;
  private final Map<String, Bucket> buckets;

  /**
   * @param perSecond above 0
   */
  RateLimiter(double perSecond) {
    this(perSecond, MOST_CLIENTS);
  }

  RateLimiter(double perSecond, int mostClients) {
    this.perSecond = perSecond;
    buckets =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > mostClients;
          }
        };
  }

  /**
   * Lets a request of the client pass, or says how long it must wait.
   *
   * @return 0, or whole seconds, rounded up
   */
  long secondsToWait(String client) {
    ConsumptionProbe probe = bucket(client).tryConsumeAndReturnRemaining(1);
    if (probe.isConsumed()) {
      return 0;
    }
    long nanos = probe.getNanosToWaitForRefill();
    return Math.max(1, (nanos + TimeUnit.SECONDS.toNanos(1) - 1) / TimeUnit.SECONDS.toNanos(1));
  }

  private synchronized Bucket bucket(String client) {
    return buckets.computeIfAbsent(client, name -> newBucket());
  }

  private Bucket newBucket() {
    long capacity = (long) Math.max(1, Math.ceil(perSecond));
    Duration period = Duration.ofNanos(Math.round(capacity / perSecond * 1e9));
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(capacity).refillGreedy(capacity, period))
        .build();
  }
}
