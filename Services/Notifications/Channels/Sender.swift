import CooperationModel

/// Composes a message and hands it to the channel: what is done with an intent that the log holds.
package struct Sender: Sendable {
  package var composer: Composer
  package var channel: any Channel

  package init(composer: Composer, channel: any Channel) {
    self.composer = composer
    self.channel = channel
  }

  /// Always answers. A message that cannot be composed fails for itself; the next one goes on.
  package func send(_ order: MailOrder, at now: Instant) async -> DeliveryResult {
    let mail: ComposedMail
    do {
      mail = try composer.compose(order, at: now)
    } catch let error as CompositionError {
      return .permanent(detail: "cannot be composed: \(error)")
    } catch {
      // The key that signs links is missing, for one.
      return .temporary(detail: "cannot be composed: \(error)")
    }
    return await channel.deliver(mail)
  }
}
