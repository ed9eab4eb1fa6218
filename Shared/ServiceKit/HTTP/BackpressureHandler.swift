import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Keeps a connection from counting as idle while it is we who do not read.
///
/// A connection that says nothing in the middle of a body is closed. A route that takes a long body in slowly, as an
/// import does, stops the reading meanwhile: then the silence is ours, and an empty piece of body stands in for it. While
/// a read is outstanding the silence is the client's, and the limit holds.
final class BackpressureHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart

  private let every: TimeAmount
  private var isInBody = false
  private var isReading = false
  private var task: RepeatedTask?

  /// - Parameter every: less than the limit of idleness.
  init(every: TimeAmount) { self.every = every }

  func handlerAdded(context: ChannelHandlerContext) {
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    task = context.eventLoop.scheduleRepeatedTask(initialDelay: every, delay: every) { _ in
      let (handler, context) = bound.value
      guard handler.isInBody, !handler.isReading else { return }
      context.fireChannelRead(handler.wrapInboundOut(.body(ByteBuffer())))
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { end() }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: isInBody = true
    case .body: break
    case .end: isInBody = false
    }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    context.fireChannelReadComplete()
  }

  func read(context: ChannelHandlerContext) {
    isReading = true
    context.read()
  }

  private func end() {
    task?.cancel()
    task = nil
  }
}
