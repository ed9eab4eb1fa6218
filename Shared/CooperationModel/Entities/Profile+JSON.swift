import Foundation

// Every service that matches or tells reads all profiles when it starts, and the matcher three times.

extension Profile: DirectJSON {
  package func directJSON() -> Data? {
    var writer = DirectWriter(capacity: 1 << 10)
    writer.write("{\"collectivite\":\"")
    writer.write(text: collectivite.rawValue)
    writer.write("\",\"countries\":[")
    writer.write(countries)
    writer.write("],\"delivery\":\"")
    writer.write(text: delivery.rawValue)
    writer.write("\",\"forms\":[")
    writer.write(forms)
    writer.write("],\"labels\":[")
    writer.write(labels)
    writer.write("],\"languages\":[")
    writer.write(languages)
    writer.write("],\"status\":\"")
    writer.write(text: status.rawValue)
    writer.write("\",\"themes\":[")
    writer.write(themes)
    writer.write("],\"transitions\":[")
    writer.write(transitions)
    writer.write("],\"version\":")
    writer.write(version)
    writer.write(",\"weeklyLimit\":")
    writer.write(weeklyLimit)
    writer.write("}")
    return writer.data
  }

  package init?(_ reader: inout DirectReader) {
    guard reader.skip("{\"collectivite\":\""), let collectivite = reader.value(of: CollectiviteID.self),
      reader.skip(",\"countries\":["), let countries = reader.values(of: CountryCode.self),
      reader.skip(",\"delivery\":\""), let delivery = reader.value(of: Delivery.self),
      reader.skip(",\"forms\":["), let forms = reader.values(of: CooperationForm.self),
      reader.skip(",\"labels\":["), let labels = reader.values(of: ThemeID.self),
      reader.skip(",\"languages\":["), let languages = reader.values(of: LanguageCode.self),
      reader.skip(",\"status\":\""), let status = reader.value(of: Status.self),
      reader.skip(",\"themes\":["), let themes = reader.values(of: ThemeID.self),
      reader.skip(",\"transitions\":["), let transitions = reader.transitions(),
      reader.skip(",\"version\":"), let version = reader.integer(), reader.skip(",\"weeklyLimit\":"),
      let weeklyLimit = reader.integer(), reader.skip("}")
    else { return nil }
    self.init(
      collectivite: collectivite, version: version, status: status, themes: themes, countries: countries,
      languages: languages, labels: labels, forms: forms, weeklyLimit: weeklyLimit, delivery: delivery,
      transitions: transitions)
  }
}
