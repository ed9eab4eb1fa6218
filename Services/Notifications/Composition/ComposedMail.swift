import CooperationModel

/// A complete e-mail: the envelope, and the bytes of RFC 5322 with CR LF at every line's end.
package struct ComposedMail: Equatable, Sendable {
  package var id: MessageID
  package var sender: MailAddress
  package var recipient: MailAddress
  package var bytes: [UInt8]

  package init(id: MessageID, sender: MailAddress, recipient: MailAddress, bytes: [UInt8]) {
    self.id = id
    self.sender = sender
    self.recipient = recipient
    self.bytes = bytes
  }
}
