package org.betavae.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Hears the signals of the operating system, by {@code sun.misc.Signal}: Java has no other means,
 * since a shutdown hook can neither choose the exit code nor hear of a second signal. Called by
 * reflection, as javac warns of it in a way that cannot be answered for one class.
 */
final class Signals implements AutoCloseable {
  private static final String CLASS = "sun.misc.Signal";
  private static final String HANDLER = "sun.misc.SignalHandler";

  /** The signal may come a moment after it was raised. */
  private static final long WAIT_MILLIS = 1000;

  private record Replaced(Object signal, Object handler) {}

  private final List<Replaced> replaced = new ArrayList<>();

  /**
   * Starts to listen to those that this system has and Java may handle; the others go on to do what
   * they did.
   *
   * @param names without {@code SIG}
   * @param onSignal told its number, on a thread of its own
   */
  Signals(List<String> names, IntConsumer onSignal) {
    try {
      Class<?> signalClass = Class.forName(CLASS);
      Class<?> handlerClass = Class.forName(HANDLER);
      Method handle = signalClass.getMethod("handle", signalClass, handlerClass);
      Method number = signalClass.getMethod("getNumber");
      Object handler =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerClass},
              (proxy, method, args) -> {
                if (method.getName().equals("handle")) {
                  onSignal.accept((int) number.invoke(args[0]));
                  return null;
                }
                return method.invoke(onSignal, args); // equals, hashCode, toString
              });
      for (String name : names) {
        try {
          Object signal = signalClass.getConstructor(String.class).newInstance(name);
          replaced.add(new Replaced(signal, handle.invoke(null, signal, handler)));
        } catch (InvocationTargetException e) {
          // Not on this system, or kept for another use.
        }
      }
    } catch (ReflectiveOperationException e) {
      // A Java without it: signals end the process as ever.
      replaced.clear();
    }
  }

  /**
   * Ends the process as if nobody listened to this signal. Halting Java instead would run what the
   * native libraries do at their end while their threads still compute, which crashes.
   *
   * <p>It returns only if that has not worked.
   */
  void die(int number) {
    try {
      Class<?> signalClass = Class.forName(CLASS);
      Class<?> handlerClass = Class.forName(HANDLER);
      Method handle = signalClass.getMethod("handle", signalClass, handlerClass);
      Method numberOf = signalClass.getMethod("getNumber");
      Object byDefault = handlerClass.getField("SIG_DFL").get(null);
      for (Replaced r : replaced) {
        if ((int) numberOf.invoke(r.signal()) == number) {
          handle.invoke(null, r.signal(), byDefault);
          signalClass.getMethod("raise", signalClass).invoke(null, r.signal());
          Thread.sleep(WAIT_MILLIS);
        }
      }
    } catch (ReflectiveOperationException | InterruptedException e) {
      // It returns, and the caller ends the process by other means.
    }
  }

  /** Brings back what the signals did before. */
  @Override
  public void close() {
    try {
      Class<?> signalClass = Class.forName(CLASS);
      Method handle = signalClass.getMethod("handle", signalClass, Class.forName(HANDLER));
      for (Replaced r : replaced) {
        handle.invoke(null, r.signal(), r.handler());
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot give back the signals: " + e, e);
    } finally {
      replaced.clear();
    }
  }
}
