package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtEnvironment;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {
  @TempDir Path folder;

  /** As of two applications in one server, which begin at the same time. */
  @Test
  void libraries_ofAnotherClassLoader_areNotTakenForTheUsersOwn() throws Exception {
    URL[] places = {
      BetaVaeModel.class.getProtectionDomain().getCodeSource().getLocation(),
      OrtEnvironment.class.getProtectionDomain().getCodeSource().getLocation()
    };
    try (URLClassLoader loader = new URLClassLoader(places, ClassLoader.getPlatformClassLoader())) {
      FutureTask<Optional<?>> task = new FutureTask<>(() -> unpack(loader));
      Thread other = new Thread(task);
      NativeLibraries.Place place = NativeLibraries.Place.cache(folder.resolve("mine"));
      try (NativeLibraries mine = NativeLibraries.unpack(place, OrtEnvironment.class)) {
        mine.use(
            () -> {
              assertEquals(
                  mine.folder().orElseThrow().toString(),
                  System.getProperty(NativeLibraries.PROPERTY));
              other.start();
              while (other.getState() != Thread.State.BLOCKED && other.isAlive()) {
                Thread.onSpinWait();
              }
            });
      }
      Path unpacked = (Path) task.get().orElseThrow();
      assertTrue(unpacked.startsWith(folder.resolve("theirs")), unpacked::toString);
    }
  }

  /** The same call in classes of another loader. */
  private Optional<?> unpack(ClassLoader loader) throws Exception {
    Class<?> place = loader.loadClass(NativeLibraries.Place.class.getName());
    Class<?> libraries = loader.loadClass(NativeLibraries.class.getName());
    Method cache = accessible(place.getDeclaredMethod("cache", Path.class));
    Method unpack = accessible(libraries.getDeclaredMethod("unpack", place, Class.class));
    Object theirs =
        unpack.invoke(
            null,
            cache.invoke(null, folder.resolve("theirs")),
            loader.loadClass(OrtEnvironment.class.getName()));
    return (Optional<?>) accessible(libraries.getDeclaredMethod("folder")).invoke(theirs);
  }

  private static Method accessible(Method method) {
    method.setAccessible(true);
    return method;
  }
}
