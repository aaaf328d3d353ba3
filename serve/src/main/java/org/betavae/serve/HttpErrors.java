package org.betavae.serve;

import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Answers what Jetty itself refuses, such as bytes that are no HTTP, in the form of problems. */
final class HttpErrors extends ErrorHandler {
  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      String message,
      Throwable cause,
      Callback callback) {
    ProblemType type = code < 500 ? ProblemType.BAD_HTTP : ProblemType.FAILED;
    String detail =
        code < 500
            ? "The request was refused: "
                + (message == null ? "no reason given" : message)
                + ", expected HTTP/1.1. Check how it was written."
            : "An unexpected failure. The service's log tells more.";
    Problems.write(response, callback, new Problem(type, detail, code));
  }
}
