package org.betavae.train.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A fully connected layer: {@code x W + b}, {@code [batch, in] -> [batch, units]}.
 *
 * @param units size of the output, at least 1
 * @param init how the kernel's first values are drawn
 */
public record Dense(int units, KernelInit init) implements Layer {
  public Dense {
    Conv2d.requirePositive("units", units, "The usual size is 256.");
  }

  /** With Glorot's first values. */
  public Dense(int units) {
    this(units, KernelInit.GLOROT);
  }

  @Override
  public String kind() {
    return "dense";
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("units", units);
    settings.put("init", init.setting());
    return settings;
  }

  @Override
  public String scopeName() {
    return "dense";
  }

  @Override
  public ItemShape outputShape(ItemShape in) {
    if (in.image()) {
      throw new IllegalArgumentException(
          "got an image of " + in + ", expected a vector. Put flatten before it.");
    }
    if ((long) in.size() * units > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "got a vector of "
              + in
              + " for "
              + units
              + " units, expected at most "
              + Integer.MAX_VALUE
              + " weights. Use fewer units, or shrink the image before it.");
    }
    return ItemShape.vector(units);
  }

  @Override
  public Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x) {
    return apply(pass, scope, x, Initializer.ZEROS);
  }

  /** With other first values of the bias. */
  Operand<TFloat32> apply(Pass pass, String scope, Operand<TFloat32> x, Initializer firstBias) {
    Ops tf = pass.tf();
    long in = Layer.featuresOf(x, scope, 1)[0];
    Operand<TFloat32> kernel = pass.weights().get(scope + "/kernel", new long[] {in, units}, init);
    Operand<TFloat32> bias = pass.weights().get(scope + "/bias", new long[] {units}, firstBias);
    return tf.nn.biasAdd(tf.linalg.matMul(x, kernel), bias);
  }
}
