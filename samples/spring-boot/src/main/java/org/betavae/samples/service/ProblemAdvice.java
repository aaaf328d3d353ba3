package org.betavae.samples.service;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Errors as {@code application/problem+json}: the library's own words where an argument is wrong,
 * since they say the value, what was expected and what to do. Spring's own errors (no such path,
 * wrong method, wrong type) have that form too.
 */
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler {

  /** A wrong argument: the client's to mend. */
  @ExceptionHandler(IllegalArgumentException.class)
  ProblemDetail wrongArgument(IllegalArgumentException e) {
    return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, e.getMessage());
  }

  /** The model cannot answer: it is closed, or has no encoder or no decoder. */
  @ExceptionHandler(IllegalStateException.class)
  ProblemDetail unavailable(IllegalStateException e) {
    return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, e.getMessage());
  }

  @Override
  protected ResponseEntity<Object> handleHttpMessageNotReadable(
      HttpMessageNotReadableException e,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest request) {
    String cause = e.getMostSpecificCause().getMessage().lines().findFirst().orElse("");
    ProblemDetail problem =
        ProblemDetail.forStatusAndDetail(
            status, "The body cannot be read: " + cause + ". Send JSON as the README shows.");
    return handleExceptionInternal(e, problem, headers, status, request);
  }
}
