/* Keeps the options of an ordered choice in the order in which they were chosen: a form sends them as they stand. */
"use strict";
(function ($) {
  $(document).on("select2:select", "select.admin-autocomplete[multiple]", function (event) {
    const option = event.params.data.element;
    if (option) {
      $(this).append(option).trigger("change.select2");
    }
  });
})(django.jQuery);
