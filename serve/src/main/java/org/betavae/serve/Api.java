package org.betavae.serve;

import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.betavae.infer.DeadlineExceededException;

/** The endpoints: which there are, and how what they throw is answered. */
final class Api {
  private static final Logger LOG = System.getLogger(Api.class.getName());
  private static final List<String> MODEL_FILES =
      List.of("encoder.onnx", "decoder.onnx", "model.json");

  /**
   * One endpoint.
   *
   * @param open whether it is there for all, without {@link Admission}
   */
  record Endpoint(HandlerType method, String path, boolean open, Consumer<Call> work) {}

  private final List<Endpoint> endpoints;

  Api(List<Endpoint> endpoints) {
    this.endpoints = List.copyOf(endpoints);
  }

  /** Those that use models. */
  static List<Endpoint> ofModels(ModelEndpoints models) {
    Map<String, Consumer<Call>> posts = new LinkedHashMap<>();
    posts.put("/v1/embed", models::embed);
    posts.put("/v1/generate", models::generate);
    posts.put("/v1/reconstruct", models::reconstruct);
    posts.put("/v1/score", models::score);
    Map<String, Consumer<Call>> gets = new LinkedHashMap<>();
    gets.put("/v1/model", models::describe);
    for (String name : MODEL_FILES) {
      gets.put("/v1/model/" + name, call -> models.file(call, name));
    }
    List<Endpoint> all = new ArrayList<>();
    posts.forEach((path, work) -> all.add(new Endpoint(HandlerType.POST, path, false, work)));
    gets.forEach((path, work) -> all.add(new Endpoint(HandlerType.GET, path, false, work)));
    return all;
  }

  List<Endpoint> endpoints() {
    return endpoints;
  }

  /** Every path, once. */
  SortedSet<String> paths() {
    return endpoints.stream().map(Endpoint::path).collect(Collectors.toCollection(TreeSet::new));
  }

  void configure(JavalinConfig config) {
    RoutesConfig routes = config.routes;
    for (Endpoint endpoint : endpoints) {
      routes.addHttpHandler(endpoint.method(), endpoint.path(), context -> run(endpoint, context));
      if (endpoint.method().equals(HandlerType.GET)) {
        // The same without its body, which Jetty leaves out.
        routes.addHttpHandler(HandlerType.HEAD, endpoint.path(), context -> run(endpoint, context));
      }
    }
    routes.exception(Problem.class, (problem, context) -> answer(context, problem));
    routes.exception(
        DeadlineExceededException.class, (e, context) -> answer(context, OpenModel.busy(e)));
    routes.exception(
        IllegalArgumentException.class,
        (e, context) -> answer(context, new Problem(ProblemType.WRONG_INPUT, e.getMessage())));
    routes.exception(
        HttpResponseException.class, (e, context) -> answer(context, notHere(context)));
    routes.exception(Exception.class, (e, context) -> answer(context, failed(context, e)));
    config.router.javaLangErrorHandler(Api::answerError);
  }

  private static void run(Endpoint endpoint, Context context) {
    // Admission goes by the path, as the router does; should they ever differ, this holds.
    if (!endpoint.open() && context.attribute(Admission.ADMITTED) == null) {
      throw new Problem(ProblemType.NOT_FOUND, "The path is written in an unusual way.");
    }
    endpoint.work().accept(new Call(context));
  }

  private Problem notHere(Context context) {
    String path = context.path();
    TreeSet<String> methods =
        endpoints.stream()
            .filter(endpoint -> endpoint.path().equals(path))
            .map(endpoint -> endpoint.method().name())
            .collect(Collectors.toCollection(TreeSet::new));
    if (methods.isEmpty()) {
      return new Problem(
          ProblemType.NOT_FOUND,
          "The path is '"
              + path
              + "', expected one of "
              + paths().stream().filter(known -> !known.startsWith("/problems/")).toList()
              + ", or the page at /. See /docs/.");
    }
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    String allowed = String.join(", ", methods);
    return new Problem(
        ProblemType.WRONG_METHOD,
        "The method is " + context.method() + ", expected " + allowed + " for " + path + ".",
        Map.of("Allow", allowed),
        null);
  }

  private static Problem failed(Context context, Exception e) {
    LOG.log(Level.ERROR, "The request " + context.method() + " " + context.path() + " failed", e);
    return new Problem(
        ProblemType.FAILED,
        "An unexpected " + e.getClass().getSimpleName() + ". The service's log tells more.");
  }

  /** What Java itself cannot go on with; most often memory. */
  private static void answerError(HttpServletResponse response, Error error) {
    LOG.log(Level.ERROR, "A request failed", error);
    Problem problem =
        error instanceof OutOfMemoryError
            ? Problem.later(
                ProblemType.BUSY,
                "The service has no memory for this request now. Ask for less, or try again.",
                1)
            : new Problem(
                ProblemType.FAILED,
                "An unexpected "
                    + error.getClass().getSimpleName()
                    + ". The service's log tells more.");
    response.setStatus(problem.status());
    problem.headers().forEach(response::setHeader);
    response.setContentType(Problem.CONTENT_TYPE);
    try {
      response.getOutputStream().write(problem.json());
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "The client has gone", e);
    }
  }

  private static void answer(Context context, Problem problem) {
    context.status(problem.status());
    problem.headers().forEach(context::header);
    context.contentType(Problem.CONTENT_TYPE);
    context.result(problem.json());
  }
}
