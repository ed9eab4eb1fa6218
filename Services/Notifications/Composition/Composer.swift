import CooperationModel

/// Makes the e-mail of a message: multipart/alternative, seven bits, lines of at most 998 characters.
///
/// The same order at the same time gives the same bytes, and every repeat of a message has the same `Message-ID`, so
/// that a receiver can drop it.
package struct Composer: Sendable {
  /// Who writes.
  package var senderName: String
  package var sender: MailAddress
  /// The right side of every `Message-ID`: a domain of the operator's.
  package var domain: String
  package var names: Names
  package var links: LinkMaker

  package init(senderName: String, sender: MailAddress, domain: String, names: Names, links: @escaping LinkMaker) {
    self.senderName = senderName
    self.sender = sender
    self.domain = domain
    self.names = names
    self.links = links
  }

  /// - Throws: ``CompositionError``, a fault that no repetition mends, or what ``links`` throws.
  package func compose(_ order: MailOrder, at now: Instant) throws -> ComposedMail {
    guard let recipient = MailAddress(order.contact.email) else { throw CompositionError.address(order.contact.id) }
    let writer = LetterWriter(order, names: names, links: links, at: now)
    let letter = try writer.letter()
    var mail = MIMEWriter()
    mail.header("Date", MIMEWriter.date(now))
    mail.header("From", HeaderText.mailbox(name: senderName, address: sender, after: "From"))
    mail.header("To", HeaderText.mailbox(name: order.contact.name, address: recipient, after: "To"))
    if let (name, address) = replyTo(order) {
      mail.header("Reply-To", HeaderText.mailbox(name: name, address: address, after: "Reply-To"))
    }
    mail.header("Subject", HeaderText.unstructured(letter.subject, after: "Subject"))
    mail.header("Message-ID", reference(order.message.id))
    if let announced = announcement(order) {
      mail.header("In-Reply-To", reference(announced))
      mail.header("References", reference(announced))
    }
    mail.header("Content-Language", letter.language.rawValue)
    mail.header("Auto-Submitted", "auto-generated")
    if order.message.kind.canBeStopped {
      // RFC 8058: a mail program may unsubscribe with one POST, without opening the page.
      mail.header("List-Unsubscribe", "<\(try writer.link(.unsubscribe(order.contact.id)))>")
      mail.header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    }
    mail.alternatives(
      text: PlainText.render(letter), html: HTMLText.render(letter), boundary: "=_\(order.message.id)")
    return ComposedMail(id: order.message.id, sender: sender, recipient: recipient, bytes: mail.bytes)
  }

  /// The `Message-ID` of a message.
  package func reference(_ id: MessageID) -> String { "<\(id)@\(domain)>" }

  /// The embassy's contact, when everything in the message is the same one's.
  private func replyTo(_ order: MailOrder) -> (name: String, address: MailAddress)? {
    guard order.contact.owner.collectivite != nil else { return nil }
    let contacts = Set(order.message.causes.compactMap { $0.lead.flatMap { order.leads[$0]?.facts.contact } })
    guard contacts.count == 1, let id = contacts.first, let contact = order.embassyContacts[id], contact.canBeWrittenTo,
      let address = MailAddress(contact.email)
    else { return nil }
    return (contact.name, address)
  }

  /// The message that announced the lead whose end is told, so that mail programs show them together.
  private func announcement(_ order: MailOrder) -> MessageID? {
    guard order.message.kind == .leadsEnded, let lead = order.message.causes.first?.lead.flatMap({ order.leads[$0] })
    else { return nil }
    return MessageID(cause: Cause(.offered, lead.id, at: lead.offeredAt), contact: order.contact.id)
  }
}

extension OutboundMessage.Kind {
  /// Sent without having been asked for, so it says how to stop it.
  var canBeStopped: Bool {
    switch self {
    case .leads, .leadsEnded, .answer, .confirmRequest, .digest: true
    case .confirmContact, .signIn: false
    }
  }
}
