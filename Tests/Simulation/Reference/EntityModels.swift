import CooperationModel

// Profiles, contacts and sheets of the Atlas, written out plainly for the bodies that the simulation makes.

struct ProfileModel {
  /// A commune that is no more, and its successor.
  let former: (old: CollectiviteID, successor: CollectiviteID)

  func judge(_ command: Command, _ profile: Profile?) -> Judgement<Profile> {
    let actor = command.payload.actor
    let isAbove = actor.role == .ministry || actor.role == .operator
    guard let id = CollectiviteID(command.entity) else { return .refuse(.notFound) }
    switch command.kind {
    case "profile.put":
      if id == former.old { return .refuse(.notFound) }
      guard isAbove || actor.collectivite == id else { return .refuse(.forbidden) }
      guard let said = content(command.payload.body, id) else { return .refuse(.invalid) }
      guard let profile else {
        if let seen = command.payload.ifMatch, seen != 0 { return .refuse(.notFound) }
        return create(said, "create", command)
      }
      if isSame(said, profile) { return .same(profile.version) }
      guard let seen = command.payload.ifMatch else { return .refuse(.versionRequired) }
      guard seen == profile.version else { return .refuse(.stale) }
      return change(profile, to: said, "change", command)
    case "profile.merge":
      guard isAbove else { return .refuse(.forbidden) }
      guard id == former.old else { return .refuse(.conflict) }
      guard let profile else { return .same(0) }
      return Judgement(expected: .accepted(version: profile.version + 1, created: false), next: .some(nil))
    case "profile.absorb":
      guard isAbove else { return .refuse(.forbidden) }
      guard let said = content(command.payload.body, id) else { return .refuse(.invalid) }
      guard let profile else { return create(said, "absorb", command) }
      var merged = profile
      func united<Item: Equatable>(_ own: [Item], _ other: [Item]) -> [Item] {
        own + other.filter { !own.contains($0) }
      }
      merged.themes = united(profile.themes, said.themes)
      merged.countries = united(profile.countries, said.countries)
      merged.languages = united(profile.languages, said.languages)
      merged.labels = united(profile.labels, said.labels)
      merged.forms = united(profile.forms, said.forms)
      merged.weeklyLimit = max(profile.weeklyLimit, said.weeklyLimit)
      if isSame(merged, profile) { return .same(profile.version) }
      return change(profile, to: merged, "absorb", command)
    default: return .refuse(.invalid)
    }
  }

  private func create(_ said: Profile, _ what: String, _ command: Command) -> Judgement<Profile> {
    var new = said
    new.version = 1
    new.transitions = [transition(what, new, command)]
    return Judgement(expected: .accepted(version: 1, created: true), next: new)
  }

  private func change(
    _ profile: Profile, to said: Profile, _ what: String, _ command: Command
  ) -> Judgement<Profile> {
    var next = said
    next.version = profile.version + 1
    next.transitions = profile.transitions + [transition(what, next, command)]
    return Judgement(expected: .accepted(version: next.version, created: false), next: next)
  }

  private func transition(_ what: String, _ profile: Profile, _ command: Command) -> Transition {
    Transition(
      at: command.receivedAt, by: command.payload.actor.name, what: what, status: profile.status.rawValue)
  }

  private func isSame(_ said: Profile, _ profile: Profile) -> Bool {
    var held = profile
    held.version = said.version
    held.transitions = said.transitions
    return held == said
  }

  private func content(_ body: JSONValue, _ id: CollectiviteID) -> Profile? {
    guard !body.members.contains("reason") else { return nil }
    let limit = body["weeklyLimit"]?.integer ?? 3
    guard (0...20).contains(limit) else { return nil }
    return Profile(
      collectivite: id, version: 0, status: body["status"]?.string.flatMap(Profile.Status.init) ?? .active,
      themes: body["themes"]?.texts.compactMap(ThemeID.init) ?? [],
      countries: body["countries"]?.texts.compactMap(CountryCode.init) ?? [],
      languages: body["languages"]?.texts.compactMap(LanguageCode.init) ?? [],
      labels: body["labels"]?.texts.compactMap(ThemeID.init) ?? [],
      forms: body["forms"]?.texts.compactMap(CooperationForm.init) ?? [], weeklyLimit: Int(limit),
      delivery: body["delivery"]?.string.flatMap(Profile.Delivery.init) ?? .immediate)
  }
}

struct ContactModel {
  func judge(_ command: Command, _ contact: Contact?) -> Judgement<Contact> {
    let actor = command.payload.actor
    let body = command.payload.body
    let verb = String(command.kind.dropFirst("contact.".count))
    guard let id = ContactID(command.entity), let owner = OwnerID(command.partitionKey) else {
      return .refuse(.notFound)
    }
    let isAbove = actor.role == .ministry || actor.role == .operator
    let isOwner =
      switch owner.kind {
      case .collectivite(let own): actor.role == .collectivite && actor.collectivite == own
      case .embassy(let own): actor.role == .embassy && actor.country == own
      case .prefecture, .ministry: false
      }
    guard let contact else {
      if verb == "erase" { return .same(0) }
      guard verb == "create" || verb == "import" else { return .refuse(.notFound) }
      let said = verb == "import" ? body["draft"] ?? .null : body
      guard let name = said["name"]?.string, let email = said["email"]?.string else { return .refuse(.invalid) }
      guard isAbove || isOwner else { return .refuse(.forbidden) }
      let isConfirmed = verb == "import" && body["status"]?.string == "confirmed"
      var new = Contact(
        id: id, version: 1, owner: owner, status: isConfirmed ? .confirmed : .pending, name: name, email: email,
        language: .french, since: command.receivedAt)
      note(verb, &new, command)
      return Judgement(expected: .accepted(version: 1, created: true), next: new)
    }
    let isItself = actor.role == .contact && actor.subject == id.rawValue
    guard isAbove || isOwner || isItself else { return .refuse(.forbidden) }
    if let seen = command.payload.ifMatch, seen != contact.version { return .refuse(.stale) }
    func move(to status: Contact.Status) -> Judgement<Contact> {
      if contact.status == status { return .same(contact.version) }
      if status == .confirmed, !isItself { return .refuse(.forbidden) }
      var next = contact
      next.version += 1
      next.status = status
      next.since = command.receivedAt
      note(verb, &next, command)
      return Judgement(expected: .accepted(version: next.version, created: false), next: next)
    }
    switch verb {
    case "create": return .same(contact.version)
    case "import":
      let said = body["draft"] ?? .null
      guard let name = said["name"]?.string, let email = said["email"]?.string else { return .refuse(.invalid) }
      let isSame = name == contact.name && email == contact.email && contact.language == .french
      return isSame && contact.status != .pending ? .same(contact.version) : .refuse(.conflict)
    case "confirm": return move(to: .confirmed)
    case "unsubscribe": return move(to: .unsubscribed)
    case "erase":
      return Judgement(expected: .accepted(version: contact.version + 1, created: false), next: .some(nil))
    case "change":
      guard let name = body["name"]?.string, let email = body["email"]?.string else { return .refuse(.invalid) }
      var next = contact
      next.name = name
      next.language = .english
      if email != contact.email {
        next.email = email
        next.status = .pending
        next.since = command.receivedAt
      }
      if next == contact { return .same(contact.version) }
      guard command.payload.ifMatch != nil else { return .refuse(.versionRequired) }
      next.version += 1
      note(verb, &next, command)
      return Judgement(expected: .accepted(version: next.version, created: false), next: next)
    default: return .refuse(.invalid)
    }
  }

  private func note(_ verb: String, _ contact: inout Contact, _ command: Command) {
    contact.transitions.append(
      Transition(at: command.receivedAt, by: command.payload.actor.name, what: verb, status: contact.status.rawValue))
  }
}

struct SheetModel {
  /// A commune that is no more, and its successor.
  let former: (old: CollectiviteID, successor: CollectiviteID)

  func judge(_ command: Command, _ sheet: Cooperation?) -> Judgement<Cooperation> {
    let body = command.payload.body
    guard let id = CooperationID(command.entity) else { return .refuse(.notFound) }
    guard let title = body["title"]?.string, let country = body["country"]?.string.flatMap(CountryCode.init) else {
      return .refuse(.invalid)
    }
    let actor = command.payload.actor
    guard actor.role == .ministry || actor.role == .embassy && actor.country == country else {
      return .refuse(.forbidden)
    }
    var said = Cooperation(
      id: id, version: 1, title: title, country: country,
      foreignPartners: body["foreignPartners"]?.items.compactMap { item in
        item["name"]?.string.map {
          ForeignAuthority(name: $0, kind: .municipality, population: item["population"]?.integer.map { Int($0) })
        }
      } ?? [],
      collectivites: (body["collectivites"]?.texts.compactMap(CollectiviteID.init) ?? []).map {
        $0 == former.old ? former.successor : $0
      }, themes: body["themes"]?.texts.compactMap(ThemeID.init) ?? [],
      status: body["status"]?.string.flatMap(Cooperation.Status.init) ?? .active,
      description: body["description"]?.string ?? "", request: body["request"]?.string.flatMap(RequestID.init))
    func transition(_ what: String) -> Transition {
      Transition(at: command.receivedAt, by: actor.name, what: what, status: said.status.rawValue)
    }
    guard let sheet else {
      guard command.kind != "cooperation.change" else { return .refuse(.notFound) }
      said.transitions = [transition("create")]
      return Judgement(expected: .accepted(version: 1, created: true), next: said)
    }
    if command.kind == "cooperation.create" { return .same(sheet.version) }
    said.version = sheet.version
    said.transitions = sheet.transitions
    if said == sheet { return .same(sheet.version) }
    guard let seen = command.payload.ifMatch else { return .refuse(.versionRequired) }
    guard seen == sheet.version else { return .refuse(.stale) }
    said.version += 1
    said.transitions.append(transition("change"))
    return Judgement(expected: .accepted(version: said.version, created: false), next: said)
  }
}
