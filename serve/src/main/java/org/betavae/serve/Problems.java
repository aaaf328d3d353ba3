package org.betavae.serve;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Writes problems where no endpoint has been reached yet. */
final class Problems {
  private Problems() {}

  /** Ends the request. */
  static void write(Response response, Callback callback, Problem problem) {
    prepare(response, problem);
    response.write(true, ByteBuffer.wrap(problem.json()), callback);
  }

  /** Sets status and headers. */
  static void prepare(Response response, Problem problem) {
    response.setStatus(problem.status());
    problem.headers().forEach((name, value) -> response.getHeaders().put(name, value));
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.CONTENT_TYPE);
  }
}
