// plotly.js in Vietnamese: its own locale file has the months and days, but no words of the buttons
// and no decimal comma. Loaded by chart.js, after plotly.js.
"use strict";

Plotly.register({
  moduleType: "locale",
  name: "vi",
  dictionary: {
    "Autoscale": "Vừa khung hình",
    "Box Select": "Chọn bằng khung",
    "Double-click to zoom back out": "Nhấp đúp để thu về như cũ",
    "Double-click on legend to isolate one trace": "Nhấp đúp vào chú giải để chỉ xem một mục",
    "Download plot": "Tải hình về",
    "Download plot as a PNG": "Tải hình về (PNG)",
    "Lasso Select": "Chọn tự do",
    "Pan": "Kéo",
    "Reset": "Đặt lại",
    "Reset axes": "Đặt lại trục",
    "Snapshot succeeded": "Đã tải hình về",
    "Sorry, there was a problem downloading your snapshot!": "Không tải được hình.",
    "Taking snapshot - this may take a few seconds": "Đang tạo hình, xin chờ vài giây",
    "Zoom": "Phóng to một vùng",
    "Zoom in": "Phóng to",
    "Zoom out": "Thu nhỏ",
  },
  format: {
    days: ["Chủ nhật", "Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy"],
    shortDays: ["CN", "T2", "T3", "T4", "T5", "T6", "T7"],
    months: Array.from({ length: 12 }, (_, i) => `Tháng ${i + 1}`),
    shortMonths: Array.from({ length: 12 }, (_, i) => `Th${i + 1}`),
    date: "%d/%m/%Y",
    decimal: ",",
    thousands: ".",
  },
});
