package org.betavae.infer;

import java.lang.reflect.Method;

/**
 * What threads have allocated so far, as HotSpot counts it. By reflection: this module does not
 * need {@code jdk.management}, and its tests alone are no reason to.
 */
final class AllocatedBytes {
  private AllocatedBytes() {}

  static boolean isSupported() {
    try {
      return of(new long[] {Thread.currentThread().getId()})[0] > 0;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /** By thread ids; −1 for a thread that has ended. */
  static long[] of(long[] threads) {
    try {
      Object bean =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      Method method =
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getThreadAllocatedBytes", long[].class);
      return (long[]) method.invoke(bean, (Object) threads);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("This JVM does not count what threads allocate", e);
    }
  }
}
