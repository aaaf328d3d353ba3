package org.betavae.infer;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.Optional;

/** Opens sessions on one ONNX file, by a cache of optimised graphs where there is one. */
final class Sessions {
  private final OnnxSource source;
  private final Provider provider;
  private final Optimisation optimisation;
  private Optional<GraphCache.Entry> cached;

  Sessions(OnnxSource source, Provider provider, Optimisation optimisation, Optional<Path> cache) {
    this.source = source;
    this.provider = provider;
    this.optimisation = optimisation;
    // Graphs for a GPU are not kept: what they hold depends on more than is known here.
    this.cached =
        provider == Provider.CPU && optimisation != Optimisation.NONE
            ? cache.flatMap(folder -> GraphCache.entry(folder, source, optimisation))
            : Optional.empty();
  }

  /**
   * Opens a session.
   *
   * @param threads that work on one operator
   * @param owner closes it
   */
  OrtSession open(int threads, NativeHandles owner) throws OrtException {
    if (cached.isEmpty()) {
      return openOriginal(threads, Optional.empty(), owner);
    }
    Optional<OrtSession> ready = openCached(threads, cached.get(), owner);
    return ready.isPresent() ? ready.get() : openAndKeep(threads, cached.get(), owner);
  }

  private Optional<OrtSession> openCached(
      int threads, GraphCache.Entry entry, NativeHandles owner) {
    Optional<byte[]> graph = entry.read();
    if (graph.isEmpty()) {
      return Optional.empty();
    }
    NativeHandles handles = new NativeHandles();
    try {
      OrtSession.SessionOptions options =
          handles.add(Ort.sessionOptions(threads, Optimisation.NONE));
      OrtSession session = handles.add(Ort.environment().createSession(graph.get(), options));
      owner.add(handles);
      return Optional.of(session);
    } catch (OrtException e) {
      handles.close();
      return Optional.empty();
    }
  }

  private OrtSession openAndKeep(int threads, GraphCache.Entry entry, NativeHandles owner)
      throws OrtException {
    Optional<Path> aside = entry.beginWrite();
    if (aside.isEmpty()) {
      cached = Optional.empty(); // it was said once why
      return openOriginal(threads, Optional.empty(), owner);
    }
    try {
      OrtSession session = openOriginal(threads, aside, owner);
      entry.finishWrite(aside.get());
      return session;
    } catch (OrtException e) {
      entry.dropWrite(aside.get());
      // Whether the graph or its keeping was to blame shows without the keeping.
      return openOriginal(threads, Optional.empty(), owner);
    }
  }

  private OrtSession openOriginal(int threads, Optional<Path> optimised, NativeHandles owner)
      throws OrtException {
    NativeHandles handles = new NativeHandles();
    try {
      OrtSession.SessionOptions options = handles.add(Ort.sessionOptions(threads, optimisation));
      if (optimised.isPresent()) {
        options.setOptimizedModelFilePath(optimised.get().toString());
      }
      if (provider == Provider.CUDA) {
        options.addCUDA(0);
      }
      OrtSession session =
          handles.add(
              source.bytes().isPresent()
                  ? Ort.environment().createSession(source.bytes().get(), options)
                  : Ort.environment().createSession(source.path().toString(), options));
      owner.add(handles);
      return session;
    } catch (OrtException | RuntimeException | Error e) {
      handles.close();
      throw e;
    }
  }
}
