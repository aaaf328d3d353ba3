package org.betavae.export.tf;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.ModelHint;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/** Reads a SavedModel folder of TensorFlow 1 or 2. */
public final class SavedModelReader {
  private static final String DEFAULT_SIGNATURE = "serving_default";
  private static final String SERVE = "serve";

  private final Path folder;
  private final Path file;
  private final MetaGraphDef meta;
  private final SortedMap<String, SignatureDef> signatures = new TreeMap<>();

  private SavedModelReader(Path folder, Path file, MetaGraphDef meta) {
    this.folder = folder;
    this.file = file;
    this.meta = meta;
    meta.getSignatureDefMap()
        .forEach(
            (name, s) -> {
              if (!name.startsWith("__saved_model") && s.getOutputsCount() > 0) {
                signatures.put(name, s);
              }
            });
  }

  /** Reads {@code saved_model.pb}, not yet the variables. */
  public static SavedModelReader open(Path folder) {
    Path file = folder.resolve("saved_model.pb");
    if (!Files.isDirectory(folder)) {
      throw noSavedModel(folder, Files.exists(folder) ? "it is a file" : "no such folder");
    }
    if (!Files.exists(file)) {
      Path text = folder.resolve("saved_model.pbtxt");
      if (!Files.exists(text)) {
        throw noSavedModel(folder, "it holds no saved_model.pb");
      }
      file = text;
    }
    SavedModel model = ProtoFile.read(file, "SavedModel", SavedModel.getDefaultInstance());
    return new SavedModelReader(folder, file, choose(model, file));
  }

  private static ConversionException noSavedModel(Path folder, String found) {
    return new ConversionException(
        "Cannot read "
            + folder
            + ": "
            + found
            + ", expected a SavedModel's folder. "
            + ModelHint.of(folder, ModelHint.Wanted.SAVED_MODEL)
                .orElse("Name the folder that holds saved_model.pb."));
  }

  private static MetaGraphDef choose(SavedModel model, Path file) {
    List<List<String>> tags = new ArrayList<>();
    for (MetaGraphDef m : model.getMetaGraphsList()) {
      tags.add(List.copyOf(m.getMetaInfoDef().getTagsList()));
      if (m.getMetaInfoDef().getTagsList().equals(List.of(SERVE))) {
        return m;
      }
    }
    for (MetaGraphDef m : model.getMetaGraphsList()) {
      if (model.getMetaGraphsCount() == 1 || m.getMetaInfoDef().getTagsList().contains(SERVE)) {
        return m;
      }
    }
    throw new ConversionException(
        "Cannot read "
            + file
            + ": it holds graphs with the tags "
            + tags
            + ", expected one with the tag "
            + SERVE
            + ". Save the model for serving.");
  }

  /** Names of the signatures that have outputs. */
  public List<String> signatures() {
    return List.copyOf(signatures.keySet());
  }

  /** The signature to use when none is named: {@code serving_default}, or the only one. */
  public String defaultSignature() {
    if (signatures.containsKey(DEFAULT_SIGNATURE)) {
      return DEFAULT_SIGNATURE;
    }
    if (signatures.size() == 1) {
      return signatures.firstKey();
    }
    if (signatures.isEmpty()) {
      throw new ConversionException(
          "Cannot choose a signature of "
              + folder
              + ": it has none, expected "
              + DEFAULT_SIGNATURE
              + ". Save the model with signatures=, or with model.export(...).");
    }
    throw new ConversionException(
        "Cannot choose a signature of "
            + folder
            + ": it has no "
            + DEFAULT_SIGNATURE
            + " but "
            + signatures()
            + ". Name one of them.");
  }

  /** Inputs of a signature, in the order of their names or of the ONNX model they are from. */
  public List<TensorSpec> inputs(String signature) {
    SignatureDef s = signature(signature);
    OnnxOrigin origin = origin(signature, s);
    return specs(
        ordered(
            s.getInputsMap(), origin == null ? List.of() : List.copyOf(origin.inputs().keySet())));
  }

  /** Outputs of a signature, in the order of their names or of the ONNX model they are from. */
  public List<TensorSpec> outputs(String signature) {
    SignatureDef s = signature(signature);
    OnnxOrigin origin = origin(signature, s);
    return specs(ordered(s.getOutputsMap(), origin == null ? List.of() : origin.outputs()));
  }

  private List<TensorSpec> specs(Map<String, TensorInfo> infos) {
    List<TensorSpec> out = new ArrayList<>();
    infos.forEach((name, info) -> out.add(spec(name, info)));
    return out;
  }

  private TensorSpec spec(String name, TensorInfo info) {
    ElementType type = ElementType.ofTf(info.getDtypeValue());
    return new TensorSpec(
        name,
        type == null ? info.getDtype().name() : type.numpyName(),
        shape(info.getTensorShape()));
  }

  /** The flat graph of a signature with its weights. */
  public TfGraph graph(String signature) {
    return graph(signature, true);
  }

  /**
   * The flat graph of a signature.
   *
   * @param weights false to leave variables empty, for looking at the graph alone
   */
  public TfGraph graph(String signature, boolean weights) {
    SignatureDef s = signature(signature);
    Inliner inliner = new Inliner(meta.getGraphDef(), file.toString());
    Flattener.Variables variables =
        weights
            ? new VariableStore(
                inliner,
                meta.getSaverDef().getRestoreOpName(),
                folder.resolve("variables").resolve("variables"),
                new TrainableVariables(meta))
            : SavedModelReader::noWeights;
    OnnxOrigin origin = origin(signature, s);
    Map<String, TensorSpec> inputs = new LinkedHashMap<>();
    ordered(s.getInputsMap(), origin == null ? List.of() : List.copyOf(origin.inputs().keySet()))
        .forEach((name, info) -> inputs.put(tensor(name, info, signature), spec(name, info)));
    List<Map.Entry<String, TensorSpec>> outputs = new ArrayList<>();
    ordered(s.getOutputsMap(), origin == null ? List.of() : origin.outputs())
        .forEach(
            (name, info) ->
                outputs.add(new SimpleEntry<>(tensor(name, info, signature), spec(name, info))));
    return new Flattener(inliner, variables, file.toString())
        .flatten(inputs, outputs)
        .withOrigin(origin);
  }

  /** The ONNX model that the signature was imported from; null if it was not. */
  private OnnxOrigin origin(String name, SignatureDef signature) {
    OnnxOrigin origin = OriginCodec.read(meta.getMetaInfoDef().getAnyInfo(), file.toString());
    boolean same =
        origin != null
            && name.equals(DEFAULT_SIGNATURE)
            && origin.inputs().keySet().equals(signature.getInputsMap().keySet())
            && Set.copyOf(origin.outputs()).equals(signature.getOutputsMap().keySet());
    return same ? origin : null;
  }

  /** In the order of the names given, or else of the alphabet. */
  private static Map<String, TensorInfo> ordered(
      Map<String, TensorInfo> infos, List<String> names) {
    Map<String, TensorInfo> out = new LinkedHashMap<>();
    names.forEach(n -> out.put(n, infos.get(n)));
    new TreeMap<>(infos).forEach(out::putIfAbsent);
    return out;
  }

  private static Tensor noWeights(NodeDef node, String name) {
    return null;
  }

  private String tensor(String name, TensorInfo info, String signature) {
    if (!info.hasName() || info.getName().isEmpty()) {
      throw new ConversionException(
          "Cannot read "
              + file
              + ": '"
              + name
              + "' of signature "
              + signature
              + " is a sparse or composite tensor, expected a plain one. Save the model with dense"
              + " inputs and outputs.");
    }
    return info.getName().contains(":") ? info.getName() : info.getName() + ":0";
  }

  private SignatureDef signature(String name) {
    SignatureDef s = signatures.get(name);
    if (s == null) {
      throw new ConversionException(
          "Cannot use signature '"
              + name
              + "' of "
              + folder
              + ": no such signature, expected one of "
              + signatures()
              + ". Name one of them."
              + Nearest.question(name, signatures()));
    }
    return s;
  }

  /** Dimensions with -1 for unknown ones; null for an unknown rank. */
  static List<Long> shape(TensorShapeProto p) {
    return p.getUnknownRank()
        ? null
        : p.getDimList().stream().map(d -> d.getSize() < 0 ? -1L : d.getSize()).toList();
  }
}
