import CooperationModel
import Foundation
import Testing

@testable import Notifications

@Suite("Composing mail")
struct ComposerTests {
  @Test("an offer says who asks for what, why this collectivité, and how to answer", arguments: Language.allCases)
  func offer(language: Language) throws {
    let order = try Sample.offer(language: language)
    let composed = try Sample.composer().compose(order, at: Sample.now)
    let mail = try ReadMail(composed.bytes)
    #expect(mail.defects.isEmpty)
    #expect(
      mail.header("Subject")
        == (language == .french
          ? "Ziniaré (Burkina Faso) cherche un partenaire\u{A0}: gestion des déchets"
          : "Ziniaré (Burkina Faso) is looking for a partner: waste management"))
    #expect(mail.addresses["From"] == [["Bourse-projets – coopération décentralisée", "bourse-projets@example.org"]])
    #expect(mail.addresses["To"] == [["Service des relations internationales", "international@cesson.example.fr"]])
    #expect(
      mail.addresses["Reply-To"]
        == [["Service de coopération et d’action culturelle, Ouagadougou", "scac.ouagadougou@example.org"]])
    #expect(mail.header("Message-ID") == "<\(order.message.id)@bourse.example.org>")
    #expect(mail.header("Date") == "Tue, 24 Nov 2026 09:30:00 +0100")
    #expect(mail.header("Auto-Submitted") == "auto-generated")
    #expect(mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click")
    #expect(
      mail.header("List-Unsubscribe")
        == "<\(try Sample.links(.unsubscribe(order.contact.id), order.contact, Sample.now))>")
    let request = try #require(order.requests.values.first)
    let lead = try #require(order.leads.values.first)
    let said =
      Sample.names.reasons(lead, .addressed, language) + [request.title, "Burkina Faso", request.sought]
      + [Typography.date(try #require(request.deadline), language)]
    // Format=flowed: a space at a line's end says that the line goes on.
    let text = mail.text.replacing(" \n", with: " ")
    for sentence in said {
      #expect(text.contains(sentence), "\(sentence)")
      #expect(mail.html.contains(HTMLText.escape(sentence)), "\(sentence)")
    }
    for interested in [true, false] {
      let link = try Sample.links(.answer(lead.id, interested: interested), order.contact, Sample.now)
      #expect(mail.text.contains("\n\(link)\n"))
      #expect(mail.html.contains(HTMLText.escape(link)))
    }
  }

  @Test("with the reference data, names and reasons are those that all of the suite says")
  func reference() throws {
    let reference = try ReferenceData.load()
    var composer = try Sample.composer()
    composer.names = Names(reference)
    let water: ThemeID = try Sample.id("environnement/eau-dechets/eau-assainissement")
    let theme = reference.themes.contains(water) ? water : try #require(reference.themes.all.last?.id)
    var order = try Sample.offer { request, _, _ in request.themes = [theme] }
    var lead = try #require(order.leads.values.first)
    lead.factors = [Factor(code: .theme, points: 400, facts: ["theme": theme.rawValue, "shared": "1", "of": "1"])]
    order.leads[lead.id] = lead
    let label = try #require(reference.themes.label(of: theme, in: .french))
    let mail = try ReadMail(composer.compose(order, at: Sample.now).bytes)
    #expect(
      mail.header("Subject")
        == "Ziniaré (Burkina Faso) cherche un partenaire\u{A0}: \(Typography.lowercasedFirst(label))")
    #expect(mail.text.contains("Pourquoi Cesson-Sévigné\n- Vous "))
    #expect(mail.text.contains("Langues de travail\u{A0}: français"))
  }

  @Test("a mail is seven bits, in lines of at most 998 characters that end with CR LF")
  func lines() throws {
    let composed = try Sample.composer().compose(Sample.offer(), at: Sample.now)
    #expect(composed.bytes.allSatisfy { $0 < 0x80 })
    var previous: UInt8 = 0
    var length = 0
    for byte in composed.bytes {
      if byte == 0x0A { #expect(previous == 0x0D) }
      if previous == 0x0D { #expect(byte == 0x0A) }
      length = byte == 0x0A ? 0 : length + 1
      #expect(length <= 999)
      previous = byte
    }
    #expect(previous == 0x0A)
  }

  @Test("the same order at the same time gives the same bytes")
  func repeatable() throws {
    let order = try Sample.offer()
    let composer = try Sample.composer()
    #expect(try composer.compose(order, at: Sample.now) == composer.compose(order, at: Sample.now))
  }

  @Test("every kind of message is composed in both languages, and reads without a defect")
  func everyKind() throws {
    for language in Language.allCases {
      let letters = try Letters.all(language)
      let mails = try letters.map { try Sample.composer().compose($0.1, at: Sample.now) }
      for ((name, order), (composed, mail)) in zip(letters, zip(mails, try ReadMail.all(mails.map(\.bytes)))) {
        #expect(mail.defects.isEmpty, "\(name)")
        #expect(mail.header("Subject")?.isEmpty == false, "\(name)")
        #expect((mail.header("List-Unsubscribe") != nil) == order.message.kind.canBeStopped, "\(name)")
        #expect(!mail.text.contains("nil") && !mail.text.contains("Optional"), "\(name)")
        if let folder = ProcessInfo.processInfo.environment["LETTERS"] {
          try Data(composed.bytes).write(to: URL(filePath: "\(folder)/\(name)-\(language.rawValue).eml"))
          try Data(mail.html.utf8).write(to: URL(filePath: "\(folder)/\(name)-\(language.rawValue).html"))
          try Data(mail.text.utf8).write(to: URL(filePath: "\(folder)/\(name)-\(language.rawValue).txt"))
        }
      }
    }
  }

  @Test(
    "the end of a lead is shown with its announcement, and says why",
    arguments: [
      (Lead.Status.lapsed, Lead.Reason?.none, "le délai de réponse est passé"),
      (.withdrawn, .requestEnded, "la demande n’est plus ouverte"), (.concluded, nil, "le partenariat est conclu"),
    ])
  func endings(status: Lead.Status, reason: Lead.Reason?, news: String) throws {
    var order = try Sample.offer()
    let announced = order.message.id
    let request = try #require(order.requests.values.first)
    let ended = Sample.now + .days(3)
    let lead = try Sample.lead(of: request, status: status, changedAt: ended, reason: reason)
    order.leads[lead.id] = lead
    order.message = try Sample.message([Cause(.ended, lead.id, at: ended)], to: order.contact)
    let mail = try ReadMail(Sample.composer().compose(order, at: ended).bytes)
    #expect(mail.header("Subject") == "Ziniaré (Burkina Faso)\u{A0}: \(news)")
    #expect(mail.header("In-Reply-To") == "<\(announced)@bourse.example.org>")
  }

  @Test(
    "a contact without a valid address is a fault of its own",
    arguments: [
      "", "nobody", "a@b@c", "a b@example.org", "a@example.org\r\nBcc: all@example.org", "a@-example.org",
      "a@exa mple.org",
      "<a@example.org>", "a..b@example.org", "a\u{0}@example.org", "a\u{202E}@example.org",
    ])
  func badAddress(address: String) throws {
    let order = try Sample.offer { _, contact, _ in contact.email = address }
    #expect(throws: CompositionError.address(order.contact.id)) {
      try Sample.composer().compose(order, at: Sample.now)
    }
  }

  @Test("an address beyond ASCII stands in the header as it is")
  func internationalAddress() throws {
    let composed = try Sample.mail(to: "hélène@château.example.fr")
    let mail = try ReadMail(composed.bytes)
    #expect(composed.recipient.isInternational)
    #expect(mail.addresses["To"]?.first?.last == "hélène@château.example.fr")
  }
}

/// One order of every kind.
enum Letters {
  static func all(_ language: Language) throws -> [(String, MailOrder)] {
    let offer = try Sample.offer(language: language)
    let contact = offer.contact
    let request = try #require(offer.requests.values.first)
    let offered = try #require(offer.leads.values.first)
    var embassy = try Sample.embassyContact()
    embassy.language = language
    func order(_ fact: Cause.Fact, lead: Lead, to contact: Contact) throws -> MailOrder {
      let at = lead.transitions.last?.at ?? Sample.now
      return MailOrder(
        message: try Sample.message([Cause(fact, lead.id, at: at)], to: contact), contact: contact,
        leads: [lead.id: lead], embassyContacts: [embassy.id: embassy])
    }
    let lapsed = try Sample.lead(of: request, status: .lapsed, changedAt: Sample.now + .days(30))
    let interested = try Sample.lead(of: request, status: .interested, changedAt: Sample.now)
    let declined = try Sample.lead(
      of: request, to: "commune:35238", status: .declined, changedAt: Sample.now, reason: .capacity)
    var municipalities = try Sample.request(101)
    municipalities.country = try Sample.id("MD")
    municipalities.title = "Gestion intercommunale des déchets"
    municipalities.authorities = ["Ungheni", "Soroca", "Cahul", "Orhei", "Edineț", "Comrat"].map {
      ForeignAuthority(name: $0, kind: .municipality)
    }
    let second = try Sample.lead(of: municipalities)
    var digest = offer
    digest.leads = [offered.id: offered, second.id: second]
    let ended = try Sample.lead(
      of: Sample.request(102), status: .withdrawn, changedAt: Sample.now, reason: .requestEnded)
    digest.leads[ended.id] = ended
    digest.message = try Sample.message(
      [
        Cause(.offered, offered.id, at: offered.offeredAt), Cause(.offered, second.id, at: second.offeredAt),
        Cause(.ended, ended.id, at: Sample.now),
      ], to: contact)
    var new = contact
    new.status = .pending
    let confirm = MailOrder(
      message: try Sample.message([Cause(.confirmContact, new.id, at: new.since)], to: new), contact: new)
    let signIn = MailOrder(
      message: try Sample.message([Cause(.signIn, contact.id, at: Sample.now)], to: contact), contact: contact)
    let due = Cause(.confirmRequest, request.id, at: Sample.now + .days(14))
    let reminder = MailOrder(
      message: try Sample.message([due], to: embassy), contact: embassy, requests: [request.id: request])
    return [
      ("offer", offer), ("ended", try order(.ended, lead: lapsed, to: contact)),
      ("interested", try order(.answered, lead: interested, to: embassy)),
      ("declined", try order(.answered, lead: declined, to: embassy)), ("digest", digest),
      ("confirm-contact", confirm), ("sign-in", signIn), ("confirm-request", reminder),
    ]
  }
}
