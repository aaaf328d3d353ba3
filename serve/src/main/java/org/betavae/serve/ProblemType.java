package org.betavae.serve;

/** The kinds of problems that a request can meet, each with its HTTP status. */
enum ProblemType {
  WRONG_INPUT("wrong-input", 400, "The input does not fit the model or the endpoint"),
  UNREADABLE("unreadable-body", 400, "The body cannot be read as what it is said to be"),
  BAD_HTTP("bad-http", 400, "The request is no valid HTTP"),
  NO_TOKEN("no-token", 401, "A bearer token is needed"),
  NOT_FOUND("not-found", 404, "There is nothing at this path"),
  NO_MODEL("no-model", 404, "There is no such model or file"),
  WRONG_METHOD("wrong-method", 405, "The path has no such method"),
  NOT_ACCEPTABLE("not-acceptable", 406, "The answer cannot take the form that was asked for"),
  SLOW("slow-body", 408, "The body took too long to arrive"),
  NO_PART("no-part", 409, "The model lacks the part for this call"),
  TOO_LARGE("too-large", 413, "The request is larger than this service allows"),
  WRONG_TYPE("wrong-type", 415, "The body's type is none that this endpoint reads"),
  TOO_OFTEN("too-often", 429, "Too many requests from this client"),
  FAILED("failed", 500, "The service failed"),
  BUSY("busy", 503, "The service has as much to do as it takes on");

  private final String name;
  private final int status;
  private final String title;

  ProblemType(String name, int status, String title) {
    this.name = name;
    this.status = status;
    this.title = title;
  }

  /** A relative reference, the same for every problem of the kind. */
  String uri() {
    return "/problems/" + name;
  }

  int status() {
    return status;
  }

  String title() {
    return title;
  }
}
