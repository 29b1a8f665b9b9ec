/** The type of every answer in JSON that is written by hand, without the framework's serializer. */
export const JSON_TYPE = 'application/json; charset=utf-8';
