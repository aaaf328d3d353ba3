package org.betavae.train.imported;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.betavae.export.Tensor;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;
import org.betavae.train.network.Pass;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;

/**
 * Adds an imported graph to another graph, node by node, through a pass: its variables are the
 * pass's weights, so that all passes and towers share them. Batch norms use and follow the batches
 * where the pass trains and their statistics move.
 */
final class Replay {
  private static final String TO_DO = ". Export the model without it.";

  private final ImportedGraph source;
  private final Pass pass;
  private final Set<String> barriers;
  private final Map<TfOutput, Output<?>> made = new HashMap<>();

  /** Made at first use: the list of all operators takes a while to read. */
  private static final class Registry {
    static final Map<String, OpDef> OPS = new HashMap<>();

    static {
      TensorFlow.registeredOpList().getOpList().forEach(op -> OPS.put(op.getName(), op));
    }
  }

  /**
   * Begins with what some values stand for, such as the input.
   *
   * @param given values that are not to be made but taken
   */
  Replay(ImportedGraph source, Pass pass, Map<TfOutput, Operand<?>> given) {
    this(source, pass, given, Set.of());
  }

  /** The same, with operators whose outputs pass no gradient on. */
  Replay(ImportedGraph source, Pass pass, Map<TfOutput, Operand<?>> given, Set<String> barriers) {
    this.source = source;
    this.pass = pass;
    this.barriers = barriers;
    given.forEach((value, operand) -> made.put(value, operand.asOutput()));
  }

  /** Whether a node of this operator can be added. */
  static boolean knows(String op) {
    return Substitutes.isAlways(op) || Registry.OPS.containsKey(op);
  }

  /** Lets a value stand for another one from now on. */
  void give(TfOutput value, Operand<?> operand) {
    made.put(value, operand.asOutput());
  }

  /** The value as float32. */
  Operand<TFloat32> floats(TfOutput wanted) {
    return value(wanted).expect(TFloat32.class);
  }

  /** A value, made with all that it needs unless it is there. */
  Output<?> value(TfOutput wanted) {
    Set<TfNode> needed = needed(wanted);
    for (TfNode node : source.graph().nodes()) {
      if (needed.contains(node)) {
        add(node);
      }
    }
    Output<?> value = made.get(wanted);
    if (value == null) {
      throw unusable(wanted.node(), "is read and was not given");
    }
    return value;
  }

  private Set<TfNode> needed(TfOutput wanted) {
    Set<TfNode> needed = new HashSet<>();
    Deque<TfOutput> open = new ArrayDeque<>(List.of(wanted));
    while (!open.isEmpty()) {
      TfOutput value = open.pop();
      if (made.containsKey(value) || !needed.add(value.node())) {
        continue;
      }
      reads(value.node()).forEach(open::push);
    }
    return needed;
  }

  private List<TfOutput> reads(TfNode node) {
    BatchNormForm norm = moving(node);
    if (norm != null) {
      List<TfOutput> reads = new ArrayList<>(List.of(norm.x()));
      norm.gamma().ifPresent(reads::add);
      norm.beta().ifPresent(reads::add);
      return reads;
    }
    List<TfOutput> reads = new ArrayList<>(node.inputs());
    if (Substitutes.isRandom(node.op())) {
      reads.removeIf(in -> in == null);
    }
    if (!node.bodies().isEmpty()) {
      throw unusable(node, "is a loop or a choice, which cannot be trained through");
    }
    return reads;
  }

  /** The batch norm that ends in a node and is to follow the batches, or null. */
  private BatchNormForm moving(TfNode node) {
    BatchNormForm norm = source.norms().get(node);
    boolean moves =
        norm != null
            && pass.training()
            && pass.weights().moves(source.variable(norm.mean()).orElseThrow().name());
    return moves ? norm : null;
  }

  private void add(TfNode node) {
    if (made.containsKey(new TfOutput(node, 0))) {
      return;
    }
    BatchNormForm norm = moving(node);
    if (norm != null) {
      made.put(norm.last(), batchNorm(norm));
    } else if (source.variable(node).isPresent()) {
      made.put(new TfOutput(node, 0), variable(source.variable(node).get()));
    } else if (node.op().equals(TfNode.CONST)) {
      made.put(new TfOutput(node, 0), constant(node));
    } else if (!node.op().equals(TfNode.INPUT)) {
      operation(node);
    }
  }

  private Output<?> batchNorm(BatchNormForm norm) {
    ImportedGraph.Variable mean = source.variable(norm.mean()).orElseThrow();
    ImportedGraph.Variable variance = source.variable(norm.variance()).orElseThrow();
    variable(mean); // both are followed, and so must be there
    variable(variance);
    return BatchStatistics.apply(
            pass,
            floats(norm.x()),
            norm.gamma().map(this::floats),
            norm.beta().map(this::floats),
            mean,
            variance,
            norm.epsilon())
        .asOutput();
  }

  private Output<?> variable(ImportedGraph.Variable v) {
    float[] values = v.floats();
    long[] shape = v.value().shape();
    Operand<TFloat32> value =
        v.trainable()
            ? pass.weights().get(v.name(), shape, (dims, seed) -> values.clone())
            : pass.weights().statistic(v.name(), shape, (dims, seed) -> values.clone());
    // The gradient of a batched product fails on a variable itself, whose type is a reference.
    return pass.training() ? pass.tf().identity(value).asOutput() : value.asOutput();
  }

  private Output<?> constant(TfNode node) {
    AttrValue value = node.attributes().get("value");
    Tensor tensor = node.value();
    if (tensor != null) {
      TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
      for (long dim : tensor.shape()) {
        shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(dim));
      }
      value =
          AttrValue.newBuilder()
              .setTensor(
                  TensorProto.newBuilder()
                      .setDtype(DataType.forNumber(tensor.type().tfNumber()))
                      .setTensorShape(shape)
                      .setTensorContent(ByteString.copyFrom(tensor.data())))
              .build();
    }
    if (value == null) {
      throw unusable(node, "holds no value");
    }
    OperationBuilder builder = builder("Const", node);
    builder.setAttr("dtype", value.getTensor().getDtype());
    builder.setAttr("value", value);
    return builder.build().output(0);
  }

  private OperationBuilder builder(String op, TfNode node) {
    String last = node.name().substring(node.name().lastIndexOf('/') + 1);
    // Scopes number names that are taken, and know nothing of names that are numbered already.
    String plain = last.replaceAll("[^A-Za-z0-9_.]", "_").replaceAll("(_\\d*)+$", "");
    boolean valid = plain.matches("[A-Za-z0-9.].*");
    return pass.tf().scope().opBuilder(op, valid ? plain : op);
  }

  private void operation(TfNode node) {
    List<Output<?>> inputs = new ArrayList<>();
    node.inputs().stream().filter(in -> in != null).forEach(in -> inputs.add(made.get(in)));
    Optional<Output<?>> other = Substitutes.of(pass, node, inputs, op -> builder(op, node));
    if (other.isPresent()) {
      TfOutput value = new TfOutput(node, 0);
      made.put(value, barriers.contains(node.op()) ? stopped(other.get()) : other.get());
      return;
    }
    OpDef op = Registry.OPS.get(node.op());
    if (op == null) {
      throw unusable(node, "is an operator that this TensorFlow lacks");
    }
    boolean padded = pass.training() && ExplicitPadding.isNeeded(node);
    if (padded) {
      inputs.set(0, ExplicitPadding.pad(pass.tf(), node, inputs.get(0)));
    }
    Map<String, AttrValue> attributes =
        padded ? ExplicitPadding.without(node.attributes()) : node.attributes();
    if (pass.evenChannels() && EvenConvolution.suits(node)) {
      Output<?> y =
          EvenConvolution.of(pass, node, inputs, in -> build(node, op, in, attributes).output(0));
      made.put(new TfOutput(node, 0), y);
      return;
    }
    Operation operation = build(node, op, inputs, attributes);
    for (int i = 0; i < operation.numOutputs(); i++) {
      Output<?> out = operation.output(i);
      made.put(new TfOutput(node, i), barriers.contains(node.op()) ? stopped(out) : out);
    }
  }

  private Operation build(
      TfNode node, OpDef op, List<Output<?>> inputs, Map<String, AttrValue> attributes) {
    OperationBuilder builder = builder(node.op(), node);
    addInputs(node, op, inputs, builder);
    for (OpDef.AttrDef attribute : op.getAttrList()) {
      AttrValue value = attributes.get(attribute.getName());
      if (value != null) {
        builder.setAttr(attribute.getName(), value);
      }
    }
    try {
      return builder.build();
    } catch (RuntimeException e) { // TensorFlow's exceptions have no common class
      throw new IllegalArgumentException(
          message(node, "is refused by TensorFlow: " + firstLine(e)), e);
    }
  }

  private Output<?> stopped(Output<?> value) {
    return pass.tf().stopGradient(value).asOutput();
  }

  private void addInputs(TfNode node, OpDef op, List<Output<?>> inputs, OperationBuilder builder) {
    int at = 0;
    int arguments = op.getInputArgCount();
    for (int i = 0; i < arguments; i++) {
      OpDef.ArgDef argument = op.getInputArg(i);
      String number = argument.getNumberAttr();
      String types = argument.getTypeListAttr();
      if (number.isEmpty() && types.isEmpty()) {
        builder.addInput(inputs.get(at++));
        continue;
      }
      int rest = inputs.size() - at - (arguments - i - 1);
      int count =
          !number.isEmpty()
              ? Math.toIntExact(node.integer(number, rest))
              : node.has(types) ? node.attributes().get(types).getList().getTypeCount() : rest;
      builder.addInputList(inputs.subList(at, at + count).toArray(Output<?>[]::new));
      at += count;
    }
  }

  private IllegalArgumentException unusable(TfNode node, String why) {
    return new IllegalArgumentException(message(node, why));
  }

  private String message(TfNode node, String why) {
    return "Cannot train " + source.what() + ": " + node + " " + why + TO_DO;
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
  }
}
