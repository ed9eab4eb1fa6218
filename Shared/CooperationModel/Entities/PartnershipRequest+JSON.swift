import Foundation

// Requests are read by the matcher's two processors, by Notifications and by every front.

extension PartnershipRequest: DirectJSON {
  package func directJSON() -> Data? {
    var writer = DirectWriter(capacity: 2 << 10)
    writer.write("{\"authorities\":[")
    writer.write(authorities) { $0.write($1) }
    writer.write("]")
    writer.write(",\"budget\":\"", any: budget?.description)
    writer.write(",\"confirmBy\":\"", any: confirmBy?.description)
    writer.write(",\"contact\":\"", any: contact?.rawValue)
    writer.write(",\"country\":\"", text: country.rawValue)
    writer.write(",\"deadline\":\"", any: deadline?.description)
    writer.write(",\"endsOn\":\"", any: endsOn?.description)
    writer.write(",\"existingPartners\":[")
    writer.write(existingPartners)
    writer.write("],\"forms\":[")
    writer.write(forms)
    writer.write("]")
    writer.write(",\"fundingFound\":\"", any: fundingFound?.description)
    writer.write(",\"id\":\"", text: id.rawValue)
    writer.write(",\"languages\":[")
    writer.write(languages)
    writer.write("],\"partners\":[")
    writer.write(partners)
    writer.write("],\"sought\":\"", text: sought)
    writer.write(",\"startsOn\":\"", any: startsOn?.description)
    writer.write(",\"status\":\"", text: status.rawValue)
    writer.write(",\"summary\":\"", text: summary)
    writer.write(",\"themes\":[")
    writer.write(themes)
    writer.write("],\"title\":\"", text: title)
    writer.write(",\"transitions\":[")
    writer.write(transitions)
    writer.write("],\"version\":")
    writer.write(version)
    writer.write(",\"wanted\":")
    writer.write(wanted)
    writer.write("}")
    return writer.data
  }

  package init?(_ reader: inout DirectReader) {
    var (budget, fundingFound): (Money?, Money?) = (nil, nil)
    var (confirmBy, contact): (Instant?, ContactID?) = (nil, nil)
    var (deadline, endsOn, startsOn): (Day?, Day?, Day?) = (nil, nil, nil)
    guard reader.skip("{\"authorities\":["), let authorities = reader.list("{", ForeignAuthority.init),
      reader.optional(",\"budget\":\"", into: &budget, { $0.parsed(Money.init) }),
      reader.optional(",\"confirmBy\":\"", into: &confirmBy, { $0.parsed(Instant.init) }),
      reader.optional(",\"contact\":\"", into: &contact, { $0.value() }), reader.skip(",\"country\":\""),
      let country = reader.value(of: CountryCode.self),
      reader.optional(",\"deadline\":\"", into: &deadline, { $0.parsed(Day.init) }),
      reader.optional(",\"endsOn\":\"", into: &endsOn, { $0.parsed(Day.init) }),
      reader.skip(",\"existingPartners\":["), let existing = reader.values(of: CollectiviteID.self),
      reader.skip(",\"forms\":["), let forms = reader.values(of: CooperationForm.self),
      reader.optional(",\"fundingFound\":\"", into: &fundingFound, { $0.parsed(Money.init) }),
      reader.skip(",\"id\":\""), let id = reader.value(of: RequestID.self), reader.skip(",\"languages\":["),
      let languages = reader.values(of: LanguageCode.self), reader.skip(",\"partners\":["),
      let partners = reader.values(of: CollectiviteID.self), reader.skip(",\"sought\":\""),
      let sought = reader.text(), reader.optional(",\"startsOn\":\"", into: &startsOn, { $0.parsed(Day.init) }),
      reader.skip(",\"status\":\""), let status = reader.value(of: Status.self), reader.skip(",\"summary\":\""),
      let summary = reader.text(), reader.skip(",\"themes\":["), let themes = reader.values(of: ThemeID.self),
      reader.skip(",\"title\":\""), let title = reader.text(), reader.skip(",\"transitions\":["),
      let transitions = reader.transitions(), reader.skip(",\"version\":"), let version = reader.integer(),
      reader.skip(",\"wanted\":{"), let wanted = WantedPartner(&reader), reader.skip("}")
    else { return nil }
    self.init(
      id: id, version: version, status: status, country: country, authorities: authorities, title: title,
      summary: summary, sought: sought, themes: themes, forms: forms, wanted: wanted, languages: languages,
      startsOn: startsOn, endsOn: endsOn, deadline: deadline, budget: budget, fundingFound: fundingFound,
      existingPartners: existing, contact: contact, confirmBy: confirmBy, partners: partners,
      transitions: transitions)
  }
}

extension DirectWriter {
  fileprivate mutating func write(_ authority: ForeignAuthority) {
    write("{\"kind\":\"", text: authority.kind.rawValue)
    write(",\"latitude\":", any: authority.latitude)
    write(",\"longitude\":", any: authority.longitude)
    write(",\"name\":\"", text: authority.name)
    write(",\"population\":", any: authority.population)
    write("}")
  }

  private mutating func write(_ opening: StaticString, any number: Double?) {
    guard let number else { return }
    write(opening)
    write(number)
  }

  fileprivate mutating func write(_ wanted: WantedPartner) {
    write("{\"expertise\":[")
    write(wanted.expertise)
    write("],\"kinds\":[")
    write(wanted.kinds)
    write("]")
    if !wanted.places.isEmpty {
      write(",\"places\":[")
      write(wanted.places)
      write("]")
    }
    write(",\"populationMax\":", any: wanted.populationMax)
    write(",\"populationMin\":", any: wanted.populationMin)
    write(",\"territories\":[")
    write(wanted.territories)
    write("]}")
  }

  mutating func write(_ transitions: [Transition]) {
    write(transitions) { writer, transition in
      writer.write("{\"at\":\"", text: transition.at.description)
      writer.write(",\"by\":\"", text: transition.by)
      writer.write(",\"status\":\"", text: transition.status)
      writer.write(",\"what\":\"", text: transition.what)
      writer.write("}")
    }
  }
}

extension DirectReader {
  /// The transitions up to a closing bracket, and past it.
  mutating func transitions() -> [Transition]? {
    list("{\"at\":\"") { reader in
      guard let at = reader.parsed(Instant.init), reader.skip(",\"by\":\""), let by = reader.text(),
        reader.skip(",\"status\":\""), let status = reader.text(), reader.skip(",\"what\":\""),
        let what = reader.text(), reader.skip("}")
      else { return nil }
      return Transition(at: at, by: by, what: what, status: status)
    }
  }
}

extension ForeignAuthority {
  /// The members up to a closing brace, and past it.
  fileprivate init?(_ reader: inout DirectReader) {
    var (latitude, longitude): (Double?, Double?) = (nil, nil)
    var population: Int?
    guard reader.skip("\"kind\":\""), let kind = reader.value(of: Kind.self),
      reader.optional(",\"latitude\":", into: &latitude, { $0.number() }),
      reader.optional(",\"longitude\":", into: &longitude, { $0.number() }), reader.skip(",\"name\":\""),
      let name = reader.text(), reader.optional(",\"population\":", into: &population, { $0.integer() }),
      reader.skip("}")
    else { return nil }
    self.init(name: name, kind: kind, population: population, longitude: longitude, latitude: latitude)
  }
}

extension WantedPartner {
  /// The members up to a closing brace, and past it.
  fileprivate init?(_ reader: inout DirectReader) {
    var places: [PlaceKind]?
    var (populationMax, populationMin): (Int?, Int?) = (nil, nil)
    guard reader.skip("\"expertise\":["), let expertise = reader.values(of: ThemeID.self),
      reader.skip(",\"kinds\":["), let kinds = reader.values(of: CollectiviteKind.self),
      reader.optional(",\"places\":[", into: &places, { $0.values() }),
      reader.optional(",\"populationMax\":", into: &populationMax, { $0.integer() }),
      reader.optional(",\"populationMin\":", into: &populationMin, { $0.integer() }),
      reader.skip(",\"territories\":["), let territories = reader.values(of: CollectiviteID.self), reader.skip("}")
    else { return nil }
    self.init(
      kinds: kinds, populationMin: populationMin, populationMax: populationMax, territories: territories,
      places: places ?? [], expertise: expertise)
  }
}
