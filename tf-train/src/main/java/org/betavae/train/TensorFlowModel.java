package org.betavae.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.ModelHint;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * Runs a TensorFlow model of any inputs and outputs, to compare a converted one with it. Safe for
 * many threads; {@code close()} may be called twice and must not overlap with a call.
 */
public final class TensorFlowModel implements AutoCloseable {
  private static final String DEFAULT_SIGNATURE = "serving_default";

  private final Path path;
  private final Signature signature;
  private final Session session;
  private final AutoCloseable owner;
  private boolean closed;

  private TensorFlowModel(Path path, Signature signature, Session session, AutoCloseable owner) {
    this.path = path;
    this.signature = signature;
    this.session = session;
    this.owner = owner;
  }

  /**
   * Loads a SavedModel.
   *
   * @param name of the signature; null for {@code serving_default}, or the only one
   * @throws IllegalArgumentException if there is no SavedModel or no such signature
   */
  public static TensorFlowModel ofSavedModel(Path folder, String name) {
    if (!Files.isRegularFile(folder.resolve("saved_model.pb"))
        && !Files.isRegularFile(folder.resolve("saved_model.pbtxt"))) {
      throw new IllegalArgumentException(
          folder
              + " holds no SavedModel: saved_model.pb is missing. "
              + ModelHint.of(folder, ModelHint.Wanted.SAVED_MODEL)
                  .orElse("Name the folder it lies in."));
    }
    SavedModelBundle bundle;
    try {
      bundle =
          SavedModelBundle.loader(folder.toString())
              .withTags(SavedModelBundle.DEFAULT_TAG)
              .withConfigProto(Devices.inferenceConfig())
              .load();
    } catch (RuntimeException e) {
      throw refused("load", folder, e);
    }
    try {
      return new TensorFlowModel(folder, choose(bundle, folder, name), bundle.session(), bundle);
    } catch (RuntimeException | Error e) {
      bundle.close();
      throw e;
    }
  }

  private static Signature choose(SavedModelBundle bundle, Path folder, String name) {
    List<Signature> all =
        bundle.signatures().stream().filter(s -> !s.outputNames().isEmpty()).toList();
    String wanted = name != null ? name : all.size() == 1 ? all.get(0).key() : DEFAULT_SIGNATURE;
    return all.stream()
        .filter(s -> s.key().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    folder
                        + " has no signature "
                        + wanted
                        + ", expected one of "
                        + all.stream().map(Signature::key).sorted().toList()
                        + "."));
  }

  /**
   * Loads a frozen graph.
   *
   * @param inputs tensors to feed, {@code node} or {@code node:index}, by the names to use for them
   * @param outputs tensors to fetch, likewise
   * @throws IllegalArgumentException if the file is no graph or lacks one of the tensors
   */
  public static TensorFlowModel ofGraphDef(
      Path file, Map<String, String> inputs, Map<String, String> outputs) {
    Graph graph = new Graph();
    try {
      graph.importGraphDef(GraphDef.parseFrom(Files.readAllBytes(file)));
      Signature.Builder signature = Signature.builder().key("graph");
      inputs.forEach((name, tensor) -> signature.input(name, output(graph, file, tensor)));
      outputs.forEach((name, tensor) -> signature.output(name, output(graph, file, tensor)));
      Session session = new Session(graph, Devices.inferenceConfig());
      return new TensorFlowModel(
          file,
          signature.build(),
          session,
          () -> {
            session.close();
            graph.close();
          });
    } catch (IOException e) {
      graph.close();
      throw new IllegalArgumentException(
          "TensorFlow cannot load " + file + ": " + firstLine(e) + ". Name a binary GraphDef.", e);
    } catch (RuntimeException e) {
      graph.close();
      throw refused("load", file, e);
    } catch (Error e) {
      graph.close();
      throw e;
    }
  }

  private static Output<?> output(Graph graph, Path file, String tensor) {
    int colon = tensor.lastIndexOf(':');
    boolean numbered = colon > 0 && tensor.substring(colon + 1).matches("\\d{1,6}");
    GraphOperation node = graph.operation(numbered ? tensor.substring(0, colon) : tensor);
    int index = numbered ? Integer.parseInt(tensor.substring(colon + 1)) : 0;
    if (node == null || index >= node.numOutputs()) {
      throw new IllegalArgumentException(
          file
              + " has no tensor "
              + tensor
              + ", expected node or node:0 of the graph. Say which one is meant, on the command"
              + " line by --tensors NAME=NODE:0.");
    }
    return node.output(index);
  }

  /** The inputs. */
  public List<TensorSpec> inputs() {
    return specs(signature.getInputs());
  }

  /** The outputs. */
  public List<TensorSpec> outputs() {
    return specs(signature.getOutputs());
  }

  private static List<TensorSpec> specs(Map<String, Signature.TensorDescription> tensors) {
    List<TensorSpec> specs = new ArrayList<>();
    tensors.forEach(
        (name, description) -> {
          ElementType type = ElementType.ofTf(description.dataType.getNumber());
          long[] shape = description.shape.asArray();
          specs.add(
              new TensorSpec(
                  name,
                  type == null ? description.dataType.name() : type.numpyName(),
                  shape == null ? null : Arrays.stream(shape).boxed().toList()));
        });
    return specs;
  }

  /**
   * Runs the model.
   *
   * @param inputs one tensor for each of {@link #inputs()}
   * @return one tensor for each of {@link #outputs()}
   * @throws IllegalArgumentException if an input is missing or TensorFlow refuses it
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    List<org.tensorflow.Tensor> opened = new ArrayList<>();
    try {
      Map<String, org.tensorflow.Tensor> feed = new HashMap<>();
      for (String name : signature.inputNames()) {
        Tensor given = inputs.get(name);
        if (given == null) {
          throw new IllegalArgumentException(
              "Input " + name + " of " + path + " is missing, got " + inputs.keySet() + ".");
        }
        org.tensorflow.Tensor tensor = open(given);
        opened.add(tensor);
        feed.put(name, tensor);
      }
      try (Result result = session.run(signature, feed)) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        for (String name : signature.outputNames()) {
          out.put(name, copy(name, result.get(name).orElseThrow()));
        }
        return out;
      }
    } catch (RuntimeException e) {
      throw refused("run", path, e);
    } finally {
      opened.forEach(org.tensorflow.Tensor::close);
    }
  }

  private org.tensorflow.Tensor open(Tensor t) {
    byte[] bytes = new byte[t.data().remaining()];
    t.data().get(bytes);
    return org.tensorflow.Tensor.of(
        type(t.type()), Shape.of(t.shape()), DataBuffers.of(bytes, true, false));
  }

  private Class<? extends TType> type(ElementType type) {
    return switch (type) {
      case FLOAT32 -> TFloat32.class;
      case FLOAT64 -> TFloat64.class;
      case FLOAT16 -> TFloat16.class;
      case BFLOAT16 -> TBfloat16.class;
      case INT32 -> TInt32.class;
      case INT64 -> TInt64.class;
      case UINT8 -> TUint8.class;
      case BOOL -> TBool.class;
      default ->
          throw new IllegalArgumentException(
              "An input of "
                  + path
                  + " is "
                  + type.numpyName()
                  + ", expected float, int32, int64, uint8 or bool.");
    };
  }

  private Tensor copy(String name, org.tensorflow.Tensor t) {
    ElementType type = ElementType.ofTf(t.dataType().getNumber());
    if (type == null || type.bytes() == 0) {
      throw new IllegalArgumentException(
          "Output " + name + " of " + path + " is " + t.dataType() + ", expected numbers.");
    }
    byte[] bytes = new byte[Math.toIntExact(t.numBytes())];
    t.asRawTensor().data().read(bytes);
    return Tensor.of(type, t.shape().asArray(), ByteBuffer.wrap(bytes));
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      owner.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) { // declared by AutoCloseable alone
      throw new IllegalStateException(e);
    }
  }

  /** TensorFlow's exceptions have no common class but a common package. */
  private static RuntimeException refused(String verb, Path path, RuntimeException e) {
    return e.getClass().getPackageName().startsWith("org.tensorflow")
        ? new IllegalArgumentException(
            "TensorFlow cannot "
                + verb
                + " "
                + path
                + ": "
                + firstLine(e)
                + ". Check the inputs, or write the model again.",
            e)
        : e;
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
  }
}
