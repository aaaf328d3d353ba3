package org.betavae.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.betavae.data.NearestName;
import org.betavae.train.network.NetworkSettings;
import org.betavae.train.objective.LikelihoodSettings;
import org.betavae.train.objective.ObjectiveSettings;
import org.betavae.train.objective.PriorSettings;
import org.betavae.train.objective.SupervisedSettings;
import org.betavae.train.optimizer.OptimizerSettings;

/**
 * A {@link TrainConfig} as a flat tree of names and values, as the YAML file and the command line
 * have it. What is null, that is left to another setting, is left out.
 */
final class ConfigTree {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              c -> {
                c.setCoercion(CoercionInputShape.Integer, CoercionAction.TryConvert);
                c.setCoercion(CoercionInputShape.Float, CoercionAction.TryConvert);
              })
          .build();

  private static final List<Class<? extends Record>> SECTIONS =
      List.of(
          ObjectiveSettings.class,
          SupervisedSettings.class,
          LikelihoodSettings.class,
          PriorSettings.class,
          NetworkSettings.class,
          OptimizerSettings.class,
          RunSettings.class,
          ValidationSettings.class,
          FineTuneSettings.class);

  private ConfigTree() {}

  /** All settings of a configuration. */
  static ObjectNode of(TrainConfig config) {
    ObjectNode tree = MAPPER.createObjectNode().put("data", config.data());
    for (Record section :
        List.of(
            config.objective(),
            config.supervised(),
            config.likelihood(),
            config.prior(),
            config.network(),
            config.optimizer(),
            config.run(),
            config.validation(),
            config.fineTune())) {
      tree.setAll(MAPPER.<ObjectNode>valueToTree(section));
    }
    return tree;
  }

  static Map<String, Object> asMap(TrainConfig config) {
    return MAPPER.convertValue(of(config), new TypeReference<LinkedHashMap<String, Object>>() {});
  }

  static JsonNode valueOf(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** All names, sorted. */
  static Set<String> names() {
    Set<String> names = new TreeSet<>(List.of("data"));
    SECTIONS.forEach(section -> names.addAll(namesOf(section)));
    return names;
  }

  /**
   * The settings of a tree; what it leaves out has its default.
   *
   * @throws IllegalArgumentException if one is unknown or wrong; one line
   */
  static TrainConfig toConfig(ObjectNode tree) {
    Set<String> known = names();
    for (Iterator<String> names = tree.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!known.contains(name)) {
        throw new IllegalArgumentException(unknown(name, known));
      }
    }
    ObjectNode all = of(TrainConfig.defaults());
    requireValues(tree, all);
    all.setAll(tree);
    return new TrainConfig(
        all.path("data").asText(),
        section(all, ObjectiveSettings.class),
        section(all, SupervisedSettings.class),
        section(all, LikelihoodSettings.class),
        section(all, PriorSettings.class),
        section(all, NetworkSettings.class),
        section(all, OptimizerSettings.class),
        section(all, RunSettings.class),
        section(all, ValidationSettings.class),
        section(all, FineTuneSettings.class));
  }

  /** A setting without a value is one that is left to another setting, or it is wrong. */
  private static void requireValues(ObjectNode tree, ObjectNode defaults) {
    for (String name : names()) {
      JsonNode value = defaults.path(name);
      if (tree.path(name).isNull() && !value.isMissingNode()) {
        String expected =
            value.isIntegralNumber()
                ? "a whole number"
                : value.isNumber() ? "a number" : value.isBoolean() ? "true or false" : "a text";
        String plain =
            value.isNumber()
                ? value.decimalValue().stripTrailingZeros().toPlainString()
                : value.asText();
        throw new IllegalArgumentException(
            name
                + " has no value, expected "
                + expected
                + ". Leave the line out for "
                + plain
                + ".");
      }
    }
  }

  static String unknown(String name, Set<String> known) {
    return "unknown setting "
        + name
        + ", expected one of "
        + String.join(", ", known)
        + "."
        + NearestName.question(name, known);
  }

  private static <T extends Record> T section(ObjectNode all, Class<T> type) {
    ObjectNode part = all.deepCopy().retain(namesOf(type));
    try {
      return MAPPER.treeToValue(part, type);
    } catch (MismatchedInputException e) {
      throw new IllegalArgumentException(wrongType(part, e), e);
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof IllegalArgumentException cause) {
        throw new IllegalArgumentException(cause.getMessage(), e);
      }
      throw new IllegalArgumentException(e.getOriginalMessage(), e);
    }
  }

  private static String wrongType(ObjectNode part, MismatchedInputException e) {
    List<String> path = new ArrayList<>();
    for (JsonMappingException.Reference step : e.getPath()) {
      path.add(step.getFieldName() == null ? String.valueOf(step.getIndex()) : step.getFieldName());
    }
    JsonNode value = path.isEmpty() ? part : part.path(path.get(0));
    Class<?> target = e.getTargetType();
    String expected =
        target == null
            ? "another kind of value"
            : Map.<Class<?>, String>of(
                    double.class, "a number",
                    Double.class, "a number",
                    long.class, "a whole number",
                    Long.class, "a whole number",
                    int.class, "a whole number",
                    Integer.class, "a whole number",
                    boolean.class, "true or false",
                    String.class, "a text")
                .getOrDefault(target, "a value of another kind");
    return String.join(".", path) + " is " + value + ", expected " + expected + ".";
  }

  /** The section's names in the tree; the record's annotations say what they are. */
  static List<String> namesOf(Class<? extends Record> section) {
    return MAPPER
        .getSerializationConfig()
        .introspect(MAPPER.constructType(section))
        .findProperties()
        .stream()
        .map(property -> property.getName())
        .toList();
  }
}
