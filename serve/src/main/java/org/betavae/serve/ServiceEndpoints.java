package org.betavae.serve;

import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The endpoints about the service itself: health, metrics, documents. */
final class ServiceEndpoints {
  static final String OPENAPI = "openapi.json";

  private final Models models;
  private final Metrics metrics;
  private final BooleanSupplier stopping;

  ServiceEndpoints(Models models, Metrics metrics, BooleanSupplier stopping) {
    this.models = models;
    this.metrics = metrics;
    this.stopping = stopping;
  }

  List<Api.Endpoint> all() {
    List<Api.Endpoint> all = new ArrayList<>();
    all.add(new Api.Endpoint(HandlerType.GET, "/healthz", true, this::health));
    all.add(new Api.Endpoint(HandlerType.GET, "/readyz", true, this::ready));
    all.add(new Api.Endpoint(HandlerType.GET, "/metrics", false, this::metrics));
    all.add(new Api.Endpoint(HandlerType.GET, "/openapi.json", true, this::openApi));
    all.add(new Api.Endpoint(HandlerType.GET, "/docs", true, call -> call.redirect("docs/")));
    for (ProblemType type : ProblemType.values()) {
      all.add(
          new Api.Endpoint(
              HandlerType.GET, type.uri(), true, call -> ServiceEndpoints.tell(call, type)));
    }
    return all;
  }

  private void health(Call call) {
    call.answer(
        Call.JSON,
        JsonText.bytes(
            json -> {
              json.writeStartObject();
              json.writeStringField("status", "up");
              json.writeEndObject();
            }));
  }

  private void ready(Call call) {
    if (stopping.getAsBoolean()) {
      throw Problem.later(
          ProblemType.BUSY, "The service is being stopped. Send requests elsewhere.", 5);
    }
    call.answer(
        Call.JSON,
        JsonText.bytes(
            json -> {
              json.writeStartObject();
              json.writeStringField("status", "ready");
              json.writeArrayFieldStart("models");
              for (String name : models.names()) {
                json.writeString(name);
              }
              json.writeEndArray();
              json.writeEndObject();
            }));
  }

  private void metrics(Call call) {
    call.answer(Metrics.CONTENT_TYPE, metrics.text().getBytes(StandardCharsets.UTF_8));
  }

  private void openApi(Call call) {
    call.answer(Call.JSON, document());
  }

  private static void tell(Call call, ProblemType type) {
    call.answer(
        Call.JSON,
        JsonText.bytes(
            json -> {
              json.writeStartObject();
              json.writeStringField("type", type.uri());
              json.writeStringField("title", type.title());
              json.writeNumberField("status", type.status());
              json.writeEndObject();
            }));
  }

  /** The description of all endpoints, OpenAPI 3.1. */
  static byte[] document() {
    try (InputStream in = ServiceEndpoints.class.getResourceAsStream(OPENAPI)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + OPENAPI + " from the jar: " + e, e);
    }
  }
}
